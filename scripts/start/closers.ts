/** Ends what a start has begun, in reverse order; what begins after the end was asked for ends at once. */
export class Closers {
  readonly #steps: (() => Promise<unknown>)[] = [];
  #asked = false;
  #ending: Promise<void> = Promise.resolve();

  get asked(): boolean {
    return this.#asked;
  }

  add(step: () => Promise<unknown>): void {
    this.#steps.push(step);
    if (this.#asked) void this.run();
  }

  /** Settles when all that was added so far has ended; what cannot be ended is said and does not keep the rest. */
  run(): Promise<void> {
    this.#asked = true;
    this.#ending = this.#ending.then(async () => {
      for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
        try {
          await step();
        } catch (error) {
          console.error(`Something could not be ended: ${String(error)}`);
        }
      }
    });
    return this.#ending;
  }
}
