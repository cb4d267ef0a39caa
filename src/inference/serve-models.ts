import { isMainThread } from 'node:worker_threads';
import { OpenModels, type Opening } from './open-models.ts';
import { tryModel } from './trial-child.ts';
import { serveRequests, type WorkerService } from './worker-port.ts';

/**
 * What the entry file of a worker of a `WorkerPool` calls: answers requests to the models that it is told to open. The
 * same file started as a process of its own tries one model once and says how that went (`ModelTrials`), so that what is
 * tried is what will run.
 */
export function serveModels<Request, Reply>(open: (opening: Opening) => Promise<WorkerService<Request, Reply>>): void {
  // The pool pairs each model with the requests that its room makes of it.
  const openAny = open as (opening: Opening) => Promise<WorkerService<unknown, unknown>>;
  if (isMainThread) void tryModel(openAny);
  else serveRequests(() => Promise.resolve(new OpenModels(openAny)));
}
