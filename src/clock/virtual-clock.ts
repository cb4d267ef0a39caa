import type { Clock } from '../contracts/ports.ts';

interface Timer {
  at: number;
  callback: () => void;
}

/**
 * A clock that stands still until it is moved: recorded hours are played back in milliseconds. Both of its times are one;
 * timers fire in the order in which they fall due, each at its own time.
 */
export class VirtualClock implements Clock {
  #now: number;
  /** The soonest last. */
  readonly #timers: Timer[] = [];

  /** @param startAt epoch milliseconds */
  constructor(startAt: number) {
    this.#now = startAt;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    const sooner = this.#timers.findIndex(({ at }) => at <= timer.at);
    this.#timers.splice(sooner === -1 ? this.#timers.length : sooner, 0, timer);
    return () => {
      const place = this.#timers.indexOf(timer);
      if (place !== -1) this.#timers.splice(place, 1);
    };
  }

  /** When the next timer falls due, epoch milliseconds. */
  get nextDue(): number | undefined {
    return this.#timers.at(-1)?.at;
  }

  /** Moves on to a time and fires what falls due until then; a time before now changes nothing. */
  moveTo(time: number): void {
    for (let next = this.#timers.at(-1); next !== undefined && next.at <= time; next = this.#timers.at(-1)) {
      this.#timers.pop();
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = Math.max(this.#now, time);
  }
}
