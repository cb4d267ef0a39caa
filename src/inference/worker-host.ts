import { Worker, type Transferable } from 'node:worker_threads';
import { SentinelError } from '../contracts/errors.ts';
import type { Clock, Log } from '../contracts/ports.ts';
import { Setback } from './setback.ts';
import { unpackError, type FromWorker, type ToWorker } from './worker-messages.ts';

/** Many times what the slowest model takes on the slowest machine, loading included. */
export const answerLimitMs = 60_000;
const drainLimitMs = 10_000;
/** A thread that hangs may burn a core for ever: so many at once, then none is started any more. */
const mostHanging = 4;

export interface WorkerHostOptions {
  /** Stands in log lines and errors. */
  name: string;
  /** Absolute path of the worker's entry file, which calls `serveRequests`. */
  file: string;
  /** Told when the thread is gone, with all that was opened in it. */
  onLost?: (reason: SentinelError) => void;
  clock: Clock;
  log: Log;
}

/** The worker did not answer: it may burn a core for ever. */
export class WorkerHung extends SentinelError {}

interface Pending<Reply> {
  resolve: (reply: Reply) => void;
  reject: (error: SentinelError) => void;
  cancelLimit: () => void;
}

/**
 * Requests and replies with one worker thread, which starts with the first request and is replaced, after a growing
 * pause, when it is lost. It is never terminated: one that does not answer or drain is left behind. When four left behind
 * still hang, no other is started: only a new host tries again.
 */
export class WorkerHost<Request, Reply> {
  readonly #options: WorkerHostOptions;
  readonly #pending = new Map<number, Pending<Reply>>();
  /** Left behind and not ended yet. */
  readonly #hanging = new Set<Worker>();
  #worker: Worker | undefined;
  #sequence = 0;
  readonly #setback: Setback;
  #closed = false;

  constructor(options: WorkerHostOptions) {
    this.#options = options;
    const { name, clock, log } = options;
    this.#setback = new Setback({ clock, log, recovered: `The ${name} worker is back.` });
  }

  /** Whether a thread runs. */
  get running(): boolean {
    return this.#worker !== undefined;
  }

  /** What a request would be refused with now. */
  get fault(): SentinelError | undefined {
    if (this.#closed) return this.#lost('is closed');
    if (this.#worker !== undefined) return undefined;
    return this.#hanging.size >= mostHanging ? this.#givenUp() : this.#setback.reason;
  }

  /**
   * @param transfer Buffers that the caller gives away.
   * @param limitMs After so long without an answer, the thread is left behind.
   * @throws SentinelError ES_WORKER_LOST; or what the worker answered; or, during the pause after a loss, its reason.
   */
  request(request: Request, transfer: readonly Transferable[] = [], limitMs = answerLimitMs): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const worker = this.#running();
      const id = ++this.#sequence;
      worker.postMessage({ id, request } satisfies ToWorker<Request>, transfer);
      const cancelLimit = this.#options.clock.after(limitMs, () => {
        const { message } = this.#lost(`did not answer for ${limitMs / 1000} s`);
        this.#leaveBehind(worker, new WorkerHung('ES_WORKER_LOST', message));
      });
      this.#pending.set(id, { resolve, reject, cancelLimit });
    });
  }

  /** Lets the worker finish what was asked, then end by itself. */
  async close(): Promise<void> {
    this.#closed = true;
    const worker = this.#worker;
    if (worker === undefined) return;
    await new Promise<void>((resolve) => {
      const cancelLimit = this.#options.clock.after(drainLimitMs, () => {
        this.#leaveBehind(worker, this.#lost('did not end when asked to'));
        resolve();
      });
      worker.once('exit', () => {
        cancelLimit();
        resolve();
      });
      worker.postMessage('stop' satisfies ToWorker<Request>);
    });
  }

  #running(): Worker {
    const { fault } = this;
    if (fault !== undefined) throw fault;
    return (this.#worker ??= this.#start());
  }

  #start(): Worker {
    const { name, file } = this.#options;
    optOutOfTelemetry();
    const { ECHOSIGHT_ORT } = process.env;
    // No environment but the one variable that it reads: what lies in there may be secret.
    const env = ECHOSIGHT_ORT === undefined ? {} : { ECHOSIGHT_ORT };
    const worker = new Worker(file, { name: `echosight-${name}`, env, execArgv: [] });
    let reason: string | undefined;
    worker.on('message', (message: FromWorker<Reply>) => {
      if (this.#worker === worker) this.#receive(worker, message);
    });
    worker.on('error', (error) => {
      reason = `failed: ${error instanceof Error ? error.message : String(error)}`;
    });
    worker.on('exit', (code) => {
      this.#hanging.delete(worker);
      if (this.#worker === worker) this.#forget(this.#lost(reason ?? `ended with code ${code}`));
    });
    return worker;
  }

  #receive(worker: Worker, message: FromWorker<Reply>): void {
    if ('failed' in message) {
      this.#leaveBehind(worker, unpackError(message.failed));
      return;
    }
    this.#setback.works();
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    pending?.cancelLimit();
    if ('error' in message) pending?.reject(unpackError(message.error));
    else pending?.resolve(message.reply);
  }

  /** The thread may still run: it must not keep the process, and ends by itself if it ever comes round. */
  #leaveBehind(worker: Worker, reason: SentinelError): void {
    if (this.#worker !== worker) return;
    worker.postMessage('stop' satisfies ToWorker<Request>);
    worker.unref();
    this.#hanging.add(worker);
    this.#forget(reason);
  }

  #forget(reason: SentinelError): void {
    this.#worker = undefined;
    if (!this.#closed) this.#setback.failed(reason);
    this.#options.onLost?.(reason);
    for (const { reject, cancelLimit } of this.#pending.values()) {
      cancelLimit();
      reject(reason);
    }
    this.#pending.clear();
  }

  #givenUp(): SentinelError {
    const what = `The ${this.#options.name} worker hung ${mostHanging} times and is not started again.`;
    return new SentinelError('ES_WORKER_LOST', what, { hint: 'Choose another model and deploy, or restart Node-RED.' });
  }

  #lost(what: string): SentinelError {
    return new SentinelError('ES_WORKER_LOST', `The ${this.#options.name} worker ${what}.`);
  }
}

/**
 * onnxruntime-node reports sessions, system and a device id to its maker unless this variable says no. Its native code
 * reads the environment of the process, not that of the thread, so it is set here. Whoever sets it keeps their choice.
 */
function optOutOfTelemetry(): void {
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
}
