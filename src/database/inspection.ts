import { tmpdir } from 'node:os';
import { Worker } from 'node:worker_threads';
import { workerFile } from '../process/package-files.ts';
import { databaseError } from './failures.ts';
import type { Failure } from './protocol.ts';

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
}

export type InspectionAnswer = { report: FolderReport } | { failure: Failure };

/**
 * Looks at the database of a data folder without leaving a trace, in a thread of its own: checking reads the whole file.
 * @throws SentinelError ES_DATABASE when it cannot be read
 */
export async function inspectDatabase(folder: string, heldHere: boolean, signal: AbortSignal): Promise<FolderReport> {
  const order: InspectionOrder = { folder, heldHere, scratch: tmpdir() };
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
  return answer.report;
}
