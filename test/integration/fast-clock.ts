import type { Clock } from '../../src/contracts/ports.ts';

/** A clock on which time runs faster, for tests over real sockets that have to wait for timeouts. */
export class FastClock implements Clock {
  readonly #factor: number;
  readonly #from = performance.now();
  readonly #epoch = Date.now();
  /** Added to the time of day, as if somebody had set the clock. */
  step = 0;

  constructor(factor: number) {
    this.#factor = factor;
  }

  now(): number {
    return Math.round(this.#epoch + this.monotonic() + this.step);
  }

  monotonic(): number {
    return (performance.now() - this.#from) * this.#factor;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = setTimeout(callback, ms / this.#factor);
    return () => {
      clearTimeout(timer);
    };
  }
}
