import { Worker } from 'node:worker_threads';
import { SentinelError } from '../contracts/errors.ts';
import { databaseError } from './failures.ts';
import type { Operation, Operations, Reply } from './protocol.ts';

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: SentinelError): void;
}

/** The main thread's end of the database worker: every request gets its answer or an error, also when the worker dies. */
export class WorkerLink {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<void>;
  #lastId = 0;
  #alive = true;

  /** @param entry absolute path of the worker's file. */
  constructor(entry: string) {
    // An empty environment: the thread needs none, and so it holds no secret.
    this.#worker = new Worker(entry, { env: {}, name: 'echosight-database' });
    this.#worker.on('message', (reply: Reply) => {
      this.#settle(reply);
    });
    this.#worker.on('error', (error) => {
      this.#lose(error);
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#lose();
        resolve();
      });
    });
  }

  /** False once the worker has ended: the link is then of no more use. */
  get alive(): boolean {
    return this.#alive;
  }

  /** @throws SentinelError ES_DATABASE, or ES_WORKER_LOST when the worker ends before it answers. */
  ask<K extends Operation>(operation: K, ask: Operations[K]['ask']): Promise<Operations[K]['answer']> {
    return new Promise((resolve, reject) => {
      if (!this.#alive) {
        reject(workerLost());
        return;
      }
      const id = (this.#lastId += 1);
      try {
        this.#worker.postMessage({ id, operation, ask });
      } catch (error) {
        // A value that cannot be cloned, such as a function among the parameters.
        reject(databaseError({ code: 'UNUSABLE_VALUE', message: String(error) }));
        return;
      }
      this.#waiting.set(id, { resolve, reject });
    });
  }

  /** Lets the worker finish, close the file and end. */
  async close(): Promise<void> {
    if (this.#alive) await this.ask('close', undefined);
    await this.#exited;
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('failure' in reply) waiting?.reject(databaseError(reply.failure));
    else waiting?.resolve(reply.answer);
  }

  #lose(cause?: unknown): void {
    this.#alive = false;
    for (const waiting of this.#waiting.values()) waiting.reject(workerLost(cause));
    this.#waiting.clear();
  }
}

function workerLost(cause?: unknown): SentinelError {
  return new SentinelError('ES_WORKER_LOST', 'The database thread ended before it answered.', {
    hint: 'It is started again by the next request.',
    cause,
  });
}
