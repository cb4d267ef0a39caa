import type { Clock, Log } from '../../contracts/ports.ts';
import { sealInThread } from './trust-work.ts';

const firstAfterMs = 60_000;
const everyMs = 3_600_000;

/** Seals the chain of a data folder every hour, and once more at the end. */
export class Sealing {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #log: Log;
  #cancel: () => void;
  #working: Promise<void> = Promise.resolve();
  #failing = false;

  constructor(folder: string, clock: Clock, log: Log) {
    this.#folder = folder;
    this.#clock = clock;
    this.#log = log;
    this.#cancel = this.#later(firstAfterMs);
  }

  /** Seals what is not sealed yet. */
  async close(): Promise<void> {
    this.#cancel();
    this.#seal();
    await this.#working;
  }

  #later(ms: number): () => void {
    return this.#clock.after(ms, () => {
      this.#seal();
      this.#cancel = this.#later(everyMs);
    });
  }

  #seal(): void {
    this.#working = this.#working
      .then(() => sealInThread(this.#folder, this.#clock.now()))
      .then(
        () => {
          this.#failing = false;
        },
        (error: unknown) => {
          if (!this.#failing) this.#log.warn(`The evidence could not be sealed: ${String(error)}`);
          this.#failing = true;
        },
      );
  }
}
