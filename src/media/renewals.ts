import type { Clock } from '../contracts/ports.ts';
import type { Renewal } from './stream-supervisor.ts';

/** A new connection costs some seconds of pictures: no reason is good for one more often than this. */
const leastMs: Readonly<Record<Renewal['why'], number>> = { late: 60_000, size: 10_000 };

/** When a camera was connected anew although it sent pictures. */
export class Renewals {
  readonly #clock: Clock;
  readonly #last = new Map<Renewal['why'], number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether there may be one now; it is taken as made then. */
  take(why: Renewal['why']): boolean {
    const now = this.#clock.monotonic();
    if (now - (this.#last.get(why) ?? -Infinity) < leastMs[why]) return false;
    this.#last.set(why, now);
    return true;
  }
}
