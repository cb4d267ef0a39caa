import type { Log } from '../contracts/ports.ts';

/** Far above the nodes of a house; more are a leak. */
const mostListeners = 1000;

/** Tells every listener at once and keeps nothing: who is not there misses it, who throws harms nobody else. */
export class Subscribers<T> {
  readonly #log: Log;
  readonly #listeners = new Set<(event: T) => void>();

  constructor(log: Log) {
    this.#log = log;
  }

  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  /** @returns ends the subscription. */
  add(listener: (event: T) => void): () => void {
    if (this.#listeners.size >= mostListeners) throw new Error(`More than ${mostListeners} listen to one event.`);
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  tell(event: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        this.#log.error(`What listens to changes failed: ${String(error)}`);
      }
    }
  }
}
