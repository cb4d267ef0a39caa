import { parentPort, workerData } from 'node:worker_threads';
import { makeModel, type MakingOrder } from './model-making.ts';
import { packError } from './worker-messages.ts';

/** Entry of the thread that makes a model out of what was downloaded, and then ends. */
makeModel(workerData as MakingOrder).then(
  () => parentPort?.postMessage(undefined),
  (error: unknown) => parentPort?.postMessage(packError(error, 'ES_DOWNLOAD_FAILED')),
);
