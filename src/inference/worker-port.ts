import { parentPort, receiveMessageOnPort } from 'node:worker_threads';
import { packError, type Asked, type FromWorker, type ToWorker } from './worker-messages.ts';

/** What a worker thread does with its requests, one after the other. */
export interface WorkerService<Request, Reply> {
  /** A thrown SentinelError reaches the asker as it is; anything else becomes ES_MODEL_FAILED. */
  answer(request: Request): Promise<Reply>;
  /** How many requests take less time when they are asked together; absent: none do. */
  readonly atOnce?: number;
  /** How many of the first of these requests to ask together; absent: one after the other. */
  together?(requests: readonly Request[]): number;
  /** Called once, after the last answer. */
  release(): Promise<void>;
}

/**
 * The worker's side of `WorkerHost`: opens the service, answers in order, or several requests together where the service
 * wants that, and on 'stop' finishes what came before, releases and closes the port, which ends the thread. (Ending a thread from outside during a native run would
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

  const answer = async (service: WorkerService<Request, Reply>, { id, request }: Asked<Request>) => {
    try {
      send({ id, reply: await service.answer(request) });
    } catch (error) {
      send({ id, error: packError(error, 'ES_MODEL_FAILED') });
    }
  };

  const queue: Asked<Request>[] = [];
  let isToEnd = false;
  const hear = (message: ToWorker<Request>) => {
    if (message === 'stop') isToEnd = true;
    else queue.push(message);
  };
  /** What came while the thread was busy; the port tells of it only when it is idle. */
  const hearMore = () => {
    for (let one = receiveMessageOnPort(port); one !== undefined; one = receiveMessageOnPort(port))
      hear(one.message as ToWorker<Request>);
  };

  let isWorking = false;
  const work = async () => {
    const service = await opening;
    while (queue.length > 0) {
      hearMore();
      const count = service.together?.(queue.map(({ request }) => request)) ?? 1;
      await Promise.all(queue.splice(0, count).map((asked) => answer(service, asked)));
    }
    if (isToEnd) {
      await service.release();
      port.close();
    }
    isWorking = false;
  };
  port.on('message', (message: ToWorker<Request>) => {
    hear(message);
    if (isWorking) return;
    isWorking = true;
    // Only opening and releasing can fail here: the first is reported above, the second must not keep the thread.
    work().catch(() => {
      port.close();
    });
  });
}
