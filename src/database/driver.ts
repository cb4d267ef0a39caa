import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import { SentinelError } from '../contracts/errors.ts';
import { isFault } from './failures.ts';
import type { RunAnswer, Statement } from './protocol.ts';
import { isSeveral } from './together.ts';
import type { WorkerLink } from './worker-link.ts';

/** More requests than this waiting for the one connection mean that the disk hangs: refusing is then better than memory without end. */
const mostWaiting = 1000;

/**
 * Kysely's driver over the database worker. SQLite has one connection here, so statements outside and whole
 * transactions inside take turns, first come first served: nothing slips between BEGIN and COMMIT of another.
 * Inside a transaction use only its own object; waiting there for the outer one would wait for itself.
 */
export class WorkerDriver implements Driver {
  readonly #open: () => Promise<WorkerLink>;
  readonly #onState: (works: boolean) => void;
  #link: WorkerLink;
  #turn: Promise<void> = Promise.resolve();
  #waiting = 0;
  #outdated = false;
  /** Whether the last write failed: reads that work do not make up for it. */
  #writesFail = false;
  #closing: Promise<void> | undefined;

  /**
   * @param link the opened worker.
   * @param open opens a new one when the worker was lost.
   * @param onState told after each turn whether the database works.
   */
  constructor(link: WorkerLink, open: () => Promise<WorkerLink>, onState: (works: boolean) => void = () => undefined) {
    this.#link = link;
    this.#open = open;
    this.#onState = onState;
  }

  /** Closes the file before the next turn and opens it by its name again. */
  reopen(): void {
    this.#outdated = true;
    this.#onState(false);
  }

  init(): Promise<void> {
    return Promise.resolve();
  }

  async acquireConnection(): Promise<WorkerConnection> {
    if (this.#closing !== undefined) throw new SentinelError('ES_DATABASE', 'The database is closed.');
    if (this.#waiting >= mostWaiting) {
      throw new SentinelError('ES_DATABASE', `The database does not keep up: ${mostWaiting} requests wait.`, {
        hint: 'Check the disk of the data folder.',
      });
    }
    const release = await this.#takeTurn();
    try {
      if (this.#outdated) await this.#link.close().catch(() => undefined);
      if (!this.#link.alive) this.#link = await this.#open();
      this.#outdated = false;
      return new WorkerConnection(this.#link, (outcome) => {
        this.#judge(outcome);
        release();
      });
    } catch (error) {
      this.#onState(false);
      release();
      throw error;
    }
  }

  beginTransaction(connection: WorkerConnection): Promise<void> {
    connection.begin();
    return Promise.resolve();
  }

  async commitTransaction(connection: WorkerConnection): Promise<void> {
    await connection.commit();
  }

  async rollbackTransaction(connection: WorkerConnection): Promise<void> {
    await connection.rollback();
  }

  releaseConnection(connection: WorkerConnection): Promise<void> {
    connection.release();
    return Promise.resolve();
  }

  /** Lets everything that has a turn or waits for one finish, then closes the file. */
  destroy(): Promise<void> {
    this.#closing ??= this.#takeTurn().then(() => this.#link.close());
    return this.#closing;
  }

  #judge({ wrote, failed }: Outcome): void {
    if (failed === 'write') this.#writesFail = true;
    else if (wrote) this.#writesFail = false;
    this.#onState(failed === undefined && !this.#writesFail);
  }

  /** Waits until all earlier turns are over. @returns the end of this one. */
  async #takeTurn(): Promise<() => void> {
    const previous = this.#turn;
    let end: () => void = () => undefined;
    this.#turn = new Promise((resolve) => {
      end = resolve;
    });
    this.#waiting += 1;
    await previous;
    this.#waiting -= 1;
    return end;
  }
}

/** What a turn says about the disk. */
interface Outcome {
  /** Whether it changed rows and kept the change. */
  wrote: boolean;
  failed: 'read' | 'write' | undefined;
}

/** Takes the write lock at once, so that a transaction never fails half way because another program wrote. */
const begin: Statement = { sql: 'BEGIN IMMEDIATE', parameters: [] };
const commit: Statement = { sql: 'COMMIT', parameters: [] };

/**
 * Where the transaction of a turn stands: `wanted` begins with its first statement, in the same message. One that `failed`
 * takes no more statements, as with other databases.
 */
type TransactionState = 'none' | 'wanted' | 'open' | 'over' | 'failed';

/** One turn on the worker. */
class WorkerConnection implements DatabaseConnection {
  readonly #link: WorkerLink;
  readonly #end: (outcome: Outcome) => void;
  readonly #outcome: Outcome = { wrote: false, failed: undefined };
  #transaction: TransactionState = 'none';

  constructor(link: WorkerLink, end: (outcome: Outcome) => void) {
    this.#link = link;
    this.#end = end;
  }

  release(): void {
    this.#end(this.#outcome);
  }

  /** @throws SentinelError ES_DATABASE, ES_WORKER_LOST */
  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (isSeveral(query)) {
      const answers = await this.#run(query.several, query.commits);
      return { rows: answers.map(({ rows }) => rows) as R[] };
    }
    const [{ rows, written } = { rows: [] }] = await this.#run([query], false);
    return {
      rows: rows as R[],
      ...(written === undefined
        ? {}
        : { numAffectedRows: BigInt(written.changes), insertId: BigInt(written.lastRowId) }),
    };
  }

  streamQuery(): never {
    throw new SentinelError('ES_DATABASE', 'Rows cannot be streamed from the database thread: read them in pages.');
  }

  begin(): void {
    this.#transaction = 'wanted';
  }

  async commit(): Promise<void> {
    // Nothing was asked, or the last statements have brought it along.
    if (this.#transaction === 'wanted' || this.#transaction === 'over') return;
    await this.#run([], true);
  }

  async rollback(): Promise<void> {
    this.#outcome.wrote = false;
    const isBegun = this.#transaction !== 'wanted';
    this.#transaction = 'over';
    if (isBegun) await this.#link.ask('rollback', undefined);
  }

  /** @param commits whether the transaction ends with them, in the same message. */
  async #run(queries: readonly CompiledQuery[], commits: boolean): Promise<NamedAnswer[]> {
    const state = this.#transaction;
    if (state === 'failed' || state === 'over')
      throw new SentinelError('ES_DATABASE', `The transaction ${told[state]}.`);
    const begins = state === 'wanted';
    const statements = queries.map(({ sql, parameters }) => ({ sql, parameters }));
    const reads = !begins && !commits && queries.every(({ query }) => query.kind === 'SelectQueryNode');
    try {
      const answers = await this.#link.ask('run', [
        ...(begins ? [begin] : []),
        ...statements,
        ...(commits ? [commit] : []),
      ]);
      if (begins) this.#transaction = 'open';
      if (commits) this.#transaction = 'over';
      const ours = begins ? answers.slice(1) : answers;
      queries.forEach(({ query }, n) => {
        // A statement that found nothing to change succeeds on a full disk, too.
        const changed = ours[n]?.written?.changes ?? ours[n]?.rows.length ?? 0;
        if (query.kind !== 'SelectQueryNode' && changed > 0) this.#outcome.wrote = true;
      });
      return ours.map(({ columns = [], rows, written }) => ({ rows: rows.map((row) => named(columns, row)), written }));
    } catch (error) {
      if (state !== 'none') this.#transaction = 'failed';
      if (isFault(error)) this.#outcome.failed = reads ? 'read' : 'write';
      throw error;
    }
  }
}

const told = { failed: 'has failed already: it takes no more statements', over: 'is over already' } as const;

/** What a statement gave, its rows as Kysely hands them on. */
interface NamedAnswer {
  rows: Record<string, unknown>[];
  written: RunAnswer['written'] | undefined;
}

function named(columns: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  columns.forEach((column, n) => (row[column] = ofThisThread(values[n])));
  return row;
}

/** Structured cloning turns a Buffer into a plain Uint8Array; users of a blob get a Buffer back. */
function ofThisThread(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
}
