import type { Clock } from '../contracts/ports.ts';
import type { OutboxStore } from './outbox.ts';

/** A step of the clock that is worth following. */
const smallestMs = 1_000;

/** Moves what waits along with a clock that is set: one that was wrong at boot must not expire it, nor hold it for hours. */
export class ClockSteps {
  readonly #clock: Clock;
  readonly #outbox: OutboxStore;
  #offset: number;
  #followed: Promise<void> = Promise.resolve();

  constructor(clock: Clock, outbox: OutboxStore) {
    this.#clock = clock;
    this.#outbox = outbox;
    this.#offset = this.#offsetNow();
  }

  /**
   * To be called before a time is read that goes into the outbox, or a step before it would move that time too.
   * @throws SentinelError ES_DATABASE
   */
  async follow(): Promise<void> {
    const followed = this.#followed.then(() => this.#shift());
    this.#followed = followed.catch(() => undefined);
    await followed;
  }

  async #shift(): Promise<void> {
    const offset = this.#offsetNow();
    const step = offset - this.#offset;
    if (Math.abs(step) < smallestMs) return;
    await this.#outbox.shift(step);
    this.#offset = offset;
  }

  #offsetNow(): number {
    return this.#clock.now() - this.#clock.monotonic();
  }
}
