import { SentinelError } from '../../contracts/errors.ts';

const mostWaiting = 32;

/** Lets a few jobs run at a time; the others wait in a line that has a bound. */
export class Turns {
  readonly #atOnce: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** @throws SentinelError ES_CLIP_FAILED when too many wait; whatever the job throws */
  async take<T>(job: () => Promise<T>): Promise<T> {
    if (this.#running < this.#atOnce) this.#running += 1;
    else await this.#wait();
    try {
      return await job();
    } finally {
      // The place is handed on, so that nobody slips in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  #wait(): Promise<void> {
    if (this.#waiting.length >= mostWaiting) {
      throw new SentinelError('ES_CLIP_FAILED', `${mostWaiting} clips and pictures wait for their turn already.`, {
        hint: 'Look what asks for so many, and whether the machine is overloaded.',
      });
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }
}
