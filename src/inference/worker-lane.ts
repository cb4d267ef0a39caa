import type { Transferable } from 'node:worker_threads';
import { asSentinelError, SentinelError } from '../contracts/errors.ts';
import type { Clock, Log } from '../contracts/ports.ts';
import type { ModelKind, UsedModel } from '../contracts/register.ts';
import type { ModelTrials } from './model-trials.ts';
import type { Opened, Opening } from './open-models.ts';
import { Setback } from './setback.ts';
import { answerLimitMs, WorkerHung } from './worker-host.ts';

/** Something to ask a model. */
export interface LaneJob<Request = unknown> {
  /** Where it waits, any values: a newer job takes the place of the waiting one. */
  place: readonly unknown[];
  /** A job that waited longer than this when its turn comes is dropped. */
  maxWaitMs: number;
  /** Called when its turn comes; buffers in `transfer` are given away. */
  make: (share: Share) => { request: Request; transfer?: readonly Transferable[] };
}

/** Copies bytes into memory that the thread reads until it has answered: cheaper than giving away a copy. */
export type Share = (bytes: Uint8Array) => Uint8Array<SharedArrayBuffer>;

/** What became of a job. */
export type Outcome<Reply = unknown> =
  { dropped: 'superseded' | 'too-old' | 'closed' } | { dropped: false; waitMs: number; reply: Reply };

export interface WorkerLaneOptions {
  key: number;
  opening: Opening;
  trials: Pick<ModelTrials, 'admit' | 'isKnown'>;
  clock: Clock;
  log: Log;
  put: (job: LaneJob) => Promise<Outcome>;
  /** Told when the model may be opened, or when it is known that it may not. */
  ready: () => void;
  leave: () => Promise<void>;
}

/** A model that hangs burns a core for ever each time: so often in a row, then it is given up. */
const mostHangs = 2;
/** Some graphics runtimes compile a model when they open it. */
const compileLimitMs = 900_000;

/**
 * One model of a `WorkerPool`. It is admitted before a thread opens it. What keeps it from being opened is told at
 * once to everybody who asks, and tried again after a growing pause.
 */
export class WorkerLane<Request = unknown, Reply = unknown> {
  /** Names the model in the threads. */
  readonly key: number;
  /** How long the last job of it took in a thread. */
  lastMs = 0;
  #atOnce = 1;
  readonly #options: WorkerLaneOptions;
  readonly #setback: Setback;
  #admitted: Opening | undefined;
  readonly #closing = new AbortController();
  #admitting = false;
  #hangs = 0;
  #closed = false;

  constructor(options: WorkerLaneOptions) {
    this.#options = options;
    const { key, opening, trials, clock, log } = options;
    this.key = key;
    if (trials.isKnown(opening.model)) this.#admitted = opening;
    this.#setback = new Setback({ clock, log, recovered: `The model ${opening.model.id} can be used again.` });
  }

  /** How many jobs for it a thread may have: more than one where they take less time together. */
  get atOnce(): number {
    return this.#atOnce;
  }

  /** What threads may open. */
  get admitted(): Opening | undefined {
    return this.#admitted;
  }

  /** What has run, once something has. */
  ran(kind: ModelKind): UsedModel | undefined {
    const { id, sha256 } = this.#admitted?.model ?? {};
    return id === undefined || sha256 === undefined ? undefined : { id, sha256, kind };
  }

  /** Why the model cannot be had now. */
  get fault(): SentinelError | undefined {
    return this.#hangs >= mostHangs ? this.#givenUp() : this.#setback.reason;
  }

  /** Whether a job for it may have its turn, be it to learn of the fault. */
  get isDecided(): boolean {
    return this.#admitted !== undefined || this.fault !== undefined;
  }

  get openingLimitMs(): number {
    return this.#options.opening.provider === 'cpu' ? answerLimitMs : compileLimitMs;
  }

  /**
   * @throws SentinelError ES_RUNTIME_MISSING, ES_MODEL_MISSING, ES_MODEL_INVALID, ES_MODEL_FAILED, ES_WORKER_LOST, and
   * what the model's service throws
   */
  async run(job: LaneJob<Request>): Promise<Outcome<Reply>> {
    if (this.#closed) return { dropped: 'closed' };
    if (this.fault !== undefined) throw this.fault;
    if (this.#admitted === undefined && !this.#admitting) void this.#admit();
    return (await this.#options.put(job)) as Outcome<Reply>;
  }

  /** Drops what waits, lets what runs finish, and lets go of the model. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#closing.abort();
    await this.#options.leave();
  }

  /** Threads report here that the model cannot be opened. A lost thread says nothing about the model. */
  cannotOpen(error: SentinelError): void {
    if (error.name === 'ES_WORKER_LOST') return;
    // The file may be another one by now.
    this.#admitted = undefined;
    this.#setback.failed(error);
  }

  /** Threads report here that it is open. */
  opened({ atOnce }: Opened): void {
    this.#atOnce = atOnce;
    this.#setback.works();
  }

  /** Threads report here that it answered. */
  answered(): void {
    this.#hangs = 0;
  }

  /** Threads report here that they were lost while it ran. */
  lost(error: SentinelError): void {
    if (error instanceof WorkerHung) this.#hangs += 1;
  }

  async #admit(): Promise<void> {
    const { opening, trials, ready } = this.#options;
    this.#admitting = true;
    try {
      this.#admitted = { ...opening, model: await trials.admit(opening.model, this.#closing.signal) };
    } catch (error) {
      if (!this.#closed) this.#setback.failed(asSentinelError(error, 'ES_MODEL_INVALID'));
    }
    this.#admitting = false;
    ready();
  }

  #givenUp(): SentinelError {
    const { id } = this.#options.opening.model;
    return new SentinelError('ES_WORKER_LOST', `The model "${id}" hung ${mostHangs} times and is not started again.`, {
      hint: 'Choose another model and deploy, or restart Node-RED.',
    });
  }
}
