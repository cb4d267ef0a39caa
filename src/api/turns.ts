import { Problem } from './problem.ts';

/** As many pages as may listen, twice over: all of them come back at once after a restart. */
const mostWaiting = 100;

/** Lets a few at a time do their work; the others wait for their turn. */
export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(atATime: number) {
    this.#free = atATime;
  }

  /** @throws Problem 503 when too many wait already. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#turn();
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }

  #turn(): Promise<void> {
    if (this.#waiting.length >= mostWaiting) {
      throw new Problem(503, 'Too many ask for incidents at once.', { headers: { 'Retry-After': '5' } });
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }
}
