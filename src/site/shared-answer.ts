import type { Clock } from '../contracts/ports.ts';

/** An answer that many may ask for at once: it is worked out once, and given to everybody for a while. */
export class SharedAnswer<T> {
  readonly #ask: () => Promise<T>;
  readonly #clock: Clock;
  readonly #keepMs: number;
  #answer: Promise<T> | undefined;
  /** Monotonic ms; undefined while the answer is on its way. */
  #settledAt: number | undefined;

  /** @param ask never rejects. */
  constructor(ask: () => Promise<T>, clock: Clock, keepMs: number) {
    this.#ask = ask;
    this.#clock = clock;
    this.#keepMs = keepMs;
  }

  get(): Promise<T> {
    const old = this.#settledAt !== undefined && this.#clock.monotonic() - this.#settledAt >= this.#keepMs;
    if (this.#answer === undefined || old) this.#answer = this.#renew();
    return this.#answer;
  }

  async #renew(): Promise<T> {
    this.#settledAt = undefined;
    const answer = await this.#ask();
    this.#settledAt = this.#clock.monotonic();
    return answer;
  }
}
