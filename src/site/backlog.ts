import { setImmediate as turn } from 'node:timers/promises';

/**
 * Node-RED hands a message on in a later turn of the event loop, once for every node on its way: after so many turns it
 * has arrived where it is analysed, unless a node on the way holds it back.
 */
const turnsOnTheWay = 12;

/** What is being analysed of each source, so that a file can be played as fast as that goes. */
export class Backlog {
  readonly #busy = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();

  /** Does a piece of work, which counts for its source until it is done. */
  async during<T>(source: string, work: () => Promise<T>): Promise<T> {
    this.#busy.set(source, (this.#busy.get(source) ?? 0) + 1);
    try {
      return await work();
    } finally {
      this.#done(source);
    }
  }

  /** Settles when what the source has sent before is analysed. */
  async cleared(source: string): Promise<void> {
    for (let turns = 0; turns < turnsOnTheWay; turns += 1) await turn();
    while (this.#busy.has(source)) {
      await new Promise<void>((resolve) => {
        this.#waiting.set(source, [...(this.#waiting.get(source) ?? []), resolve]);
      });
    }
  }

  #done(source: string): void {
    const left = (this.#busy.get(source) ?? 1) - 1;
    if (left > 0) {
      this.#busy.set(source, left);
      return;
    }
    this.#busy.delete(source);
    const waiting = this.#waiting.get(source) ?? [];
    this.#waiting.delete(source);
    for (const resolve of waiting) resolve();
  }
}
