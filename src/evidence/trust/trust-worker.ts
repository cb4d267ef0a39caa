import { parentPort, workerData } from 'node:worker_threads';
import { failureOf } from '../../database/failures.ts';
import { exportBundle, sealNow } from './export-bundle.ts';
import { signingKey } from './signing-key.ts';
import type { TrustAnswer, TrustOrder } from './trust-work.ts';
import { verifyFolder } from './verify-folder.ts';

/** Entry of a thread that does one thing and ends: hashing and packing must not hold up the process. */
perform(workerData as TrustOrder).then(
  (result) => parentPort?.postMessage({ result } satisfies TrustAnswer),
  (error: unknown) =>
    parentPort?.postMessage({ failure: { ...failureOf(error), name: nameOf(error) } } satisfies TrustAnswer),
);

async function perform(order: TrustOrder): Promise<unknown> {
  switch (order.what) {
    case 'seal':
      return sealNow(order.folder, signingKey(order.folder), order.now);
    case 'verify':
      return await verifyFolder(order.folder, undefined, (progress) => parentPort?.postMessage({ progress }));
    case 'export':
      return await exportBundle(order);
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'Error';
}
