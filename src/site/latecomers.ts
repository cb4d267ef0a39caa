import type { Clock, Log } from '../contracts/ports.ts';
import { Subscribers } from './subscribers.ts';

/** Nodes that were deployed when something that lasts had been said already: whoever said it is asked to say it again. */
export class Latecomers {
  readonly #clock: Clock;
  readonly #sources: Subscribers<number>;
  #newest: number | undefined;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#sources = new Subscribers(log);
  }

  /** @param ask is told from when on, on the monotonic clock, somebody hears. @returns ends it. */
  add(ask: (hearsFrom: number) => void): () => void {
    return this.#sources.add(ask);
  }

  /** Somebody hears from now on, or from some moment before. Many at once are told the same. */
  welcome(hearsFrom: number): void {
    const isPlanned = this.#newest !== undefined;
    this.#newest = Math.max(this.#newest ?? hearsFrom, hearsFrom);
    if (isPlanned) return;
    this.#clock.after(0, () => {
      const newest = this.#newest ?? hearsFrom;
      this.#newest = undefined;
      this.#sources.tell(newest);
    });
  }
}
