import type { OpenAs, SetAside } from './sqlite-file.ts';

/** What the main thread asks of the database worker, and what it gets back. */
export interface Operations {
  /** Opens and checks the file; must come first. A large one is checked as a whole only where that is asked for. */
  open: { ask: OpenAs & { file: string }; answer: { setAside?: SetAside; unchecked: boolean } };
  /** Statements in their order: where one fails, those after it are not run. */
  run: { ask: readonly Statement[]; answer: RunAnswer[] };
  /** Ends a transaction without keeping it; harmless when SQLite has already rolled back by itself. */
  rollback: { ask: undefined; answer: undefined };
  /** Closes the file; the worker ends by itself after the answer. */
  close: { ask: undefined; answer: undefined };
}

export interface Statement {
  sql: string;
  parameters: readonly unknown[];
}

export interface RunAnswer {
  /** Names of what a row holds; absent for statements that return none. */
  columns?: readonly string[];
  /** Values in the order of the columns: names would cross with every row. Blobs cross as Uint8Array. */
  rows: unknown[][];
  /** Rows written and the last row id; absent for statements that return rows. */
  written?: { changes: number; lastRowId: number };
}

export type Operation = keyof Operations;
export type Request = { [K in Operation]: { id: number; operation: K; ask: Operations[K]['ask'] } }[Operation];

/** An error as it crosses between threads: structured cloning would drop the code. */
export interface Failure {
  code: string;
  message: string;
}

export type Reply = { id: number; answer: Operations[Operation]['answer'] } | { id: number; failure: Failure };
