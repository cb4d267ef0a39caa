import type { Clock, Log } from '../contracts/ports.ts';
import { LatestSlots, samePlace, type Placed } from './latest-slots.ts';
import type { ModelTrials } from './model-trials.ts';
import type { Opening } from './open-models.ts';
import { PoolSeat } from './pool-seat.ts';
import { WorkerLane, type LaneJob, type Outcome } from './worker-lane.ts';

export interface WorkerPoolOptions {
  /** Stands in log lines and errors. */
  name: string;
  /** Absolute path of the worker's entry file, which calls `serveModels`. */
  file: string;
  /** Most threads at once; each starts when those before it have too much to do. */
  size: number;
  /** Where a model is tried before a thread opens it. */
  trials: Pick<ModelTrials, 'admit' | 'isKnown'>;
  clock: Clock;
  log: Log;
}

/** So long before a thread is free it gets its next job. */
const aheadMs = 10;

interface Waiting extends Placed {
  lane: WorkerLane;
  job: LaneJob;
  since: number;
  resolve: (outcome: Outcome) => void;
  reject: (error: unknown) => void;
}

/**
 * Worker threads that run the models of many askers. Each thread opens a model when it first gets a job for it and keeps
 * it for all. A source has one waiting place per asker, where the newest job wins, and at most one job under way, so that
 * its answers come in order; whoever has waited longest is next, whatever the model.
 */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #slots = new LatestSlots<Waiting>();
  readonly #lanes = new Set<unknown>();
  #seats: PoolSeat<Waiting>[];
  #lastKey = 0;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#seats = this.#newSeats();
  }

  /** Shared memory of one number, for threads to read: how many jobs wait. */
  get waiting(): Int32Array<SharedArrayBuffer> {
    return this.#slots.count;
  }

  /** Most threads at once. */
  get size(): number {
    return this.#options.size;
  }

  /** The way to one model; whoever asks for it closes it. The threads end with the last one. */
  lane<Request, Reply>(opening: Opening): WorkerLane<Request, Reply> {
    const { clock, log, trials } = this.#options;
    const lane: WorkerLane<Request, Reply> = new WorkerLane<Request, Reply>({
      ...{ key: ++this.#lastKey, opening, clock, log, trials },
      put: (job) => this.#put(lane, job),
      ready: () => {
        this.#next();
      },
      leave: () => this.#leave(lane),
    });
    this.#lanes.add(lane);
    return lane;
  }

  #put(lane: WorkerLane, job: LaneJob): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const since = this.#options.clock.monotonic();
      const displaced = this.#slots.put({ place: [lane, ...job.place], lane, job, since, resolve, reject });
      displaced?.resolve({ dropped: 'superseded' });
      this.#next();
    });
  }

  /** Gives the threads what they can take. Who has waited longest comes first, whatever suits a thread better. */
  #next(): void {
    for (;;) {
      const lane = this.#slots.first((item) => this.#mayRun(item))?.lane;
      const seats = lane === undefined ? [] : this.#seats.filter((seat) => seat.takes(lane));
      const [first] = seats;
      if (lane === undefined || first === undefined) {
        this.#rejectIfAllAreLost();
        return;
      }
      const waiting = this.#takeFirst((item) => item.lane === lane);
      if (waiting !== undefined) void this.#serve(bestOf(first, seats, lane), waiting);
    }
  }

  /** The job that has waited longest, of those that may run and fit. */
  #takeFirst(fits: (item: Waiting) => boolean): Waiting | undefined {
    for (;;) {
      const waiting = this.#slots.take((item) => this.#mayRun(item) && fits(item));
      if (waiting === undefined) return undefined;
      const { lane, job, since, resolve, reject } = waiting;
      if (lane.fault !== undefined) reject(lane.fault);
      else if (this.#options.clock.monotonic() - since > job.maxWaitMs) resolve({ dropped: 'too-old' });
      else return waiting;
    }
  }

  async #serve(seat: PoolSeat<Waiting>, waiting: Waiting): Promise<void> {
    const { clock } = this.#options;
    const { lane, job, since, resolve, reject } = waiting;
    const given = clock.monotonic();
    seat.jobs.push(waiting);
    this.#plan(seat);
    try {
      const reply = await seat.run(lane, job.make);
      lane.lastMs = clock.monotonic() - Math.max(given, seat.answeredAt);
      resolve({ dropped: false, waitMs: given - since, reply });
    } catch (error) {
      reject(error);
    } finally {
      seat.jobs.splice(seat.jobs.indexOf(waiting), 1);
      seat.answeredAt = clock.monotonic();
      this.#plan(seat);
      this.#next();
    }
  }

  /**
   * A thread gets its next job shortly before it is free, so that it does not wait for this thread in between. It will
   * take as long as the last time, more or less.
   */
  #plan(seat: PoolSeat<Waiting>): void {
    seat.cancelPlan();
    const [runs, next] = seat.jobs;
    if (runs === undefined || next !== undefined || runs.lane.atOnce > 1 || runs.lane.lastMs < aheadMs) return;
    seat.cancelPlan = this.#options.clock.after(runs.lane.lastMs - aheadMs, () => {
      const waiting = seat.fault === undefined ? this.#takeFirst((item) => seat.has(item.lane)) : undefined;
      if (waiting !== undefined) void this.#serve(seat, waiting);
    });
  }

  /** Its model is decided on, and the answer to the job before it, of the same place, is out. */
  #mayRun(item: Waiting): boolean {
    return item.lane.isDecided && !this.#seats.some(({ jobs }) => jobs.some((job) => samePlace(job, item)));
  }

  /** Nobody waits for a thread that may only start later. */
  #rejectIfAllAreLost(): void {
    if (this.#seats.some(({ jobs, fault }) => jobs.length > 0 || fault === undefined)) return;
    const reason = this.#seats[0]?.fault;
    for (const { reject } of this.#takeAll(() => true)) reject(reason);
  }

  async #leave(lane: WorkerLane): Promise<void> {
    this.#lanes.delete(lane);
    for (const { resolve } of this.#takeAll((item) => item.lane === lane)) resolve({ dropped: 'closed' });
    const seats = this.#seats;
    if (this.#lanes.size > 0) {
      await Promise.all(seats.map((seat) => seat.forget(lane)));
      return;
    }
    this.#seats = this.#newSeats();
    await Promise.all(seats.map((seat) => seat.close()));
  }

  #takeAll(which: (item: Waiting) => boolean): Waiting[] {
    const taken: Waiting[] = [];
    for (let one = this.#slots.take(which); one !== undefined; one = this.#slots.take(which)) taken.push(one);
    return taken;
  }

  #newSeats(): PoolSeat<Waiting>[] {
    const { name, file, size, clock, log } = this.#options;
    return Array.from({ length: size }, () => new PoolSeat<Waiting>({ name, file, clock, log }));
  }
}

/** A thread that has the model open, else one that runs, else a new one: models and threads take memory. */
function bestOf<Seat extends PoolSeat<Waiting>>(first: Seat, seats: readonly Seat[], lane: WorkerLane): Seat {
  const rank = (seat: Seat): number => (seat.has(lane) ? 2 : seat.running ? 1 : 0);
  return seats.reduce((best, seat) => (rank(seat) > rank(best) ? seat : best), first);
}
