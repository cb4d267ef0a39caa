import type { Clock } from '../contracts/ports.ts';

interface Timer {
  at: number;
  callback: () => void;
}

/**
 * A clock that stands still until it is moved: recorded hours are played back in milliseconds. Timers fire in the order in
 * which they fall due, each at its own time.
 */
export class VirtualClock implements Clock {
  #now: number;
  /** How far the epoch time was set off from the time that passes. */
  #step = 0;
  /** The soonest last. */
  readonly #timers: Timer[] = [];

  /** @param startAt epoch milliseconds */
  constructor(startAt: number) {
    this.#now = startAt;
  }

  now(): number {
    return this.#now + this.#step;
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

  /** Moves on to an epoch time and fires what falls due until then; a time before now changes nothing. */
  moveTo(time: number): void {
    const end = time - this.#step;
    for (let next = this.#timers.at(-1); next !== undefined && next.at <= end; next = this.#timers.at(-1)) {
      this.#timers.pop();
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = Math.max(this.#now, end);
  }

  /** Sets the epoch time, as NTP does: no time passes by it. */
  setTo(time: number): void {
    this.#step = time - this.#now;
  }
}
