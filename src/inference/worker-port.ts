import { parentPort } from 'node:worker_threads';
import { packError, type FromWorker, type ToWorker } from './worker-messages.ts';

/** What a worker thread does with its requests, one after the other. */
export interface WorkerService<Request, Reply> {
  /** A thrown SentinelError reaches the asker as it is; anything else becomes ES_MODEL_FAILED. */
  answer(request: Request): Promise<Reply>;
  /** Called once, after the last answer. */
  release(): Promise<void>;
}

/**
 * The worker's side of `WorkerHost`: opens the service, answers in order, and on 'stop' finishes what came before,
 * releases and closes the port, which ends the thread. (Ending a thread from outside during a native run would
 * abort the whole process.)
 */
export function serveRequests<Request, Reply>(open: () => Promise<WorkerService<Request, Reply>>): void {
  const port = parentPort;
  if (port === null) throw new Error('This file is a worker thread.');
  const send = (message: FromWorker<Reply>) => {
    port.postMessage(message);
  };

  const opening = open();
  opening.catch((error: unknown) => {
    send({ failed: packError(error, 'ES_WORKER_LOST') });
    port.close();
  });

  const handle = async (message: ToWorker<Request>) => {
    const service = await opening;
    if (message === 'stop') {
      await service.release();
      port.close();
      return;
    }
    try {
      send({ id: message.id, reply: await service.answer(message.request) });
    } catch (error) {
      send({ id: message.id, error: packError(error, 'ES_MODEL_FAILED') });
    }
  };

  let last: Promise<unknown> = opening;
  port.on('message', (message: ToWorker<Request>) => {
    last = last.then(() => handle(message));
    // Only opening and releasing can fail here: the first is reported above, the second must not keep the thread.
    last.catch(() => {
      port.close();
    });
  });
}
