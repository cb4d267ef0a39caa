import { inspectDatabase } from './inspection.ts';

/** Reads a large database as a whole beside its use: nothing waits for that, and damage is found all the same. */
export class SlowCheck {
  readonly #folder: string;
  readonly #onDamage: (fault: string) => void;
  #running = new AbortController();
  #foundDamage = false;

  /** @param onDamage told the first thing that is wrong. */
  constructor(folder: string, onDamage: (fault: string) => void) {
    this.#folder = folder;
    this.#onDamage = onDamage;
  }

  /** Whether the next opening has to look at the whole file. */
  get foundDamage(): boolean {
    return this.#foundDamage;
  }

  /** Looks at the file that has just been opened. */
  begin(): void {
    this.end();
    const running = new AbortController();
    this.#running = running;
    inspectDatabase(this.#folder, true, running.signal).then(
      ({ fault }) => {
        if (running.signal.aborted || fault === undefined) return;
        this.#foundDamage = true;
        this.#onDamage(fault);
      },
      // A file that cannot be read shows by its use.
      () => undefined,
    );
  }

  end(): void {
    this.#running.abort();
  }
}
