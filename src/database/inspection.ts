import { tmpdir } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Selectable } from 'kysely';
import { workerFile } from '../process/package-files.ts';
import { databaseError } from './failures.ts';
import type { Failure } from './protocol.ts';
import type { StreamRow } from './tables.ts';

/** What an inspection found. */
export interface FolderReport {
  holder: 'nobody' | 'this process' | 'another process';
  /** Id of the other process, where the system tells. */
  pid?: string;
  database: 'sound' | 'absent' | 'too large to look at' | 'damaged';
  /** The first thing that is wrong with a damaged one. */
  fault?: string;
}

/** What the inspecting thread finds in its `workerData`. */
export interface InspectionOrder {
  folder: string;
  /** This process holds the folder: its lock must not be tried. */
  heldHere: boolean;
  /** Where a copy may lie for a moment. */
  scratch: string;
  /** Whether the database is to be checked, or its streams are wanted. */
  wanted: 'check' | 'streams';
}

/** Rows are undefined where the database is too large to look at. */
export type InspectionAnswer =
  { report: FolderReport } | { streams: Selectable<StreamRow>[] | undefined } | { failure: Failure };

/**
 * Looks at the database of a data folder without leaving a trace, in a thread of its own: checking reads the whole file.
 * @throws SentinelError ES_DATABASE when it cannot be read
 */
export async function inspectDatabase(folder: string, heldHere: boolean, signal: AbortSignal): Promise<FolderReport> {
  const answer = await inspected({ folder, heldHere, scratch: tmpdir(), wanted: 'check' }, signal);
  if (!('report' in answer)) throw databaseError(noAnswer);
  return answer.report;
}

/**
 * The streams that a database keeps, whoever has it open, read like `inspectDatabase`.
 * @returns undefined when the database is too large to look at.
 * @throws SentinelError ES_DATABASE when it cannot be read
 */
export async function inspectStreams(
  folder: string,
  signal: AbortSignal,
): Promise<Selectable<StreamRow>[] | undefined> {
  const answer = await inspected({ folder, heldHere: false, scratch: tmpdir(), wanted: 'streams' }, signal);
  if (!('streams' in answer)) throw databaseError(noAnswer);
  return answer.streams;
}

const noAnswer: Failure = { code: 'UNKNOWN', message: 'the thread answered something else' };

async function inspected(
  order: InspectionOrder,
  signal: AbortSignal,
): Promise<Exclude<InspectionAnswer, { failure: Failure }>> {
  const worker = new Worker(workerFile('inspection'), { workerData: order, env: {}, execArgv: [] });
  const answer = await new Promise<InspectionAnswer>((resolve, reject) => {
    worker.on('message', resolve);
    worker.on('error', reject);
    worker.on('exit', (code) => {
      reject(new Error(`the thread ended with code ${code}`));
    });
    // It cannot be stopped in the middle of a check; it must only not keep the process.
    signal.addEventListener('abort', () => {
      worker.unref();
      reject(new Error('the check took too long'));
    });
  }).catch((error: unknown) => ({
    failure: { code: 'UNKNOWN', message: error instanceof Error ? error.message : String(error) },
  }));
  if ('failure' in answer) throw databaseError(answer.failure);
  return answer;
}
