import type { Transferable } from 'node:worker_threads';
import { asSentinelError, type SentinelError } from '../contracts/errors.ts';
import type { Opened, WorkerOrder } from './open-models.ts';
import { SharedSlots } from './shared-slots.ts';
import { WorkerHost, type WorkerHostOptions } from './worker-host.ts';
import type { LaneJob, Share, WorkerLane } from './worker-lane.ts';

/** One thread of a pool: which models are open in it, and what it is doing. */
export class PoolSeat<Job extends { lane: WorkerLane }> {
  /** What it was given and has not answered; the first of them runs. */
  readonly jobs: Job[] = [];
  /** When it last answered, on the monotonic clock. */
  answeredAt = 0;
  /** Takes back the plan to give it the next job before it is free. */
  cancelPlan: () => void = () => undefined;
  readonly #host: WorkerHost<WorkerOrder, unknown>;
  readonly #open = new Set<WorkerLane>();
  readonly #slots = new SharedSlots();

  constructor(options: Omit<WorkerHostOptions, 'data' | 'onLost'>) {
    this.#host = new WorkerHost({
      ...options,
      onLost: (reason) => {
        this.#open.clear();
        // What else was in the thread, of this model or of others, only waited behind it.
        this.jobs[0]?.lane.lost(reason);
      },
    });
  }

  get running(): boolean {
    return this.#host.running;
  }

  /** Why it can do nothing now. */
  get fault(): SentinelError | undefined {
    return this.#host.fault;
  }

  has(lane: WorkerLane): boolean {
    return this.#open.has(lane);
  }

  /** Whether it may have a job for the model now: it is free, or it asks the model several things together. */
  takes(lane: WorkerLane): boolean {
    if (this.fault !== undefined) return false;
    if (this.jobs.length === 0) return true;
    return this.has(lane) && this.jobs.length < lane.atOnce && this.jobs.every((job) => job.lane === lane);
  }

  /**
   * Opens the model if need be, and asks it.
   * @throws SentinelError ES_WORKER_LOST, or what the model or its service says
   */
  async run(lane: WorkerLane, make: LaneJob['make']): Promise<unknown> {
    const lent: Uint8Array<SharedArrayBuffer>[] = [];
    const share: Share = (bytes) => {
      const slot = this.#slots.lend(bytes);
      lent.push(slot);
      return slot;
    };
    try {
      const { request, transfer } = make(share);
      return await this.#ask(lane, request, transfer);
    } finally {
      // A thread that was left behind may read in them what is not for it: nobody listens to it any more.
      for (const slot of lent) this.#slots.giveBack(slot);
    }
  }

  /** Lets go of a model. */
  async forget(lane: WorkerLane): Promise<void> {
    if (!this.#open.delete(lane)) return;
    // A thread that is lost has let go of everything.
    await this.#host.request({ close: lane.key }).catch(() => undefined);
  }

  /** Lets the thread finish what was asked, then end by itself. */
  close(): Promise<void> {
    return this.#host.close();
  }

  /** Both orders are given at once, so that a thread that is asked to end meanwhile carries out both. */
  async #ask(lane: WorkerLane, request: unknown, transfer: readonly Transferable[] = []): Promise<unknown> {
    const opened = this.#opened(lane);
    const reply = this.#host.request({ key: lane.key, request }, transfer);
    // Where opening failed, this one only says that the model is not open.
    reply.catch(() => undefined);
    await opened;
    const said = await reply;
    lane.answered();
    return said;
  }

  async #opened(lane: WorkerLane): Promise<void> {
    const opening = lane.admitted;
    if (this.#open.has(lane) || opening === undefined) return;
    this.#open.add(lane);
    try {
      const opened = await this.#host.request({ open: lane.key, opening }, [], lane.openingLimitMs);
      lane.opened(opened as Opened);
    } catch (thrown) {
      this.#open.delete(lane);
      const error = asSentinelError(thrown, 'ES_MODEL_INVALID');
      lane.cannotOpen(error);
      throw error;
    }
  }
}
