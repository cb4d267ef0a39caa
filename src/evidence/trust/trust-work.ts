import { Worker } from 'node:worker_threads';
import { errorNames, SentinelError, type ErrorName } from '../../contracts/errors.ts';
import type { Failure } from '../../database/protocol.ts';
import { workerFile } from '../../process/package-files.ts';
import type { Exported, ExportOrder } from './export-bundle.ts';
import type { Verification } from './verify-folder.ts';

/** What a thread of its own does with the evidence of a data folder. */
export type TrustOrder =
  | { what: 'seal'; folder: string; now: number }
  | { what: 'verify'; folder: string }
  | ({ what: 'export' } & ExportOrder);

export type TrustAnswer = { result: unknown } | { failure: Failure & { name: string } };
/** How far it is, 0 to 1; before the answer. */
export interface TrustProgress {
  progress: number;
}

/** Seals what the chain has got. @returns how many seals. @throws SentinelError */
export async function sealInThread(folder: string, now: number): Promise<number> {
  return (await inThread({ what: 'seal', folder, now })) as number;
}

/** As `verifyFolder`, beside everything else. @throws SentinelError */
export async function verifyInThread(folder: string, tell?: (share: number) => void): Promise<Verification> {
  return (await inThread({ what: 'verify', folder }, tell)) as Verification;
}

/** As `exportBundle`, beside everything else. @throws SentinelError */
export async function exportInThread(order: ExportOrder): Promise<Exported> {
  return (await inThread({ what: 'export', ...order })) as Exported;
}

async function inThread(order: TrustOrder, tell?: (share: number) => void): Promise<unknown> {
  const worker = new Worker(workerFile('trust'), { workerData: order, env: {}, execArgv: [], name: 'echosight-trust' });
  // It must not keep a process that is about to end.
  worker.unref();
  const answer = await new Promise<TrustAnswer>((resolve, reject) => {
    worker.on('message', (message: TrustAnswer | TrustProgress) => {
      if ('progress' in message) tell?.(message.progress);
      else resolve(message);
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      reject(new Error(`the thread ended with code ${code}`));
    });
  }).catch((error: unknown): TrustAnswer => ({ failure: { code: 'UNKNOWN', message: String(error), name: 'Error' } }));
  if ('result' in answer) return answer.result;
  const { name, message, code } = answer.failure;
  if (code === 'ENOSPC' || code === 'SQLITE_FULL') throw new SentinelError('ES_DISK_FULL', message);
  throw new SentinelError(Object.hasOwn(errorNames, name) ? (name as ErrorName) : 'ES_DATABASE', message);
}
