import { Problem } from './problem.ts';

/** As many pages as may listen, twice over: all of them come back at once after a restart. */
const mostWaiting = 100;

/** Lets a few at a time do their work; the others wait for their turn. */
export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];
  /** Works that wait, by what they are: whoever asks the same meanwhile gets the same answer, which is not older than the question. */
  readonly #shared = new Map<string, Promise<unknown>>();

  constructor(atATime: number) {
    this.#free = atATime;
  }

  /**
   * @param key two works of one key have the same result; absent: nobody else's has.
   * @throws Problem 503 when too many wait already.
   */
  async take<T>(work: () => Promise<T>, key?: string): Promise<T> {
    if (key === undefined || this.#free > 0) return await this.#inTurn(work);
    const known = this.#shared.get(key);
    if (known !== undefined) return (await known) as T;
    const answer = this.#inTurn(() => {
      this.#shared.delete(key);
      return work();
    });
    this.#shared.set(key, answer);
    try {
      return await answer;
    } finally {
      // Of one that was refused before its turn.
      if (this.#shared.get(key) === answer) this.#shared.delete(key);
    }
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
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
