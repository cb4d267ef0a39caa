import type { Clock } from '../contracts/ports.ts';

const burst = 5;
const everyMs = 10_000;

/** Lets five lines through in ten seconds and counts the rest: a bad link makes ffmpeg print eighty. */
export class LineLimiter {
  readonly #clock: Clock;
  readonly #write: (line: string) => void;
  #since = -Infinity;
  #written = 0;
  #left = 0;

  constructor(clock: Clock, write: (line: string) => void) {
    this.#clock = clock;
    this.#write = write;
  }

  push(line: string): void {
    const now = this.#clock.monotonic();
    if (now - this.#since >= everyMs) {
      if (this.#left > 0) this.#write(`${this.#left} more lines like these were left out`);
      this.#since = now;
      this.#written = 0;
      this.#left = 0;
    }
    if (this.#written === burst) {
      this.#left += 1;
      return;
    }
    this.#written += 1;
    this.#write(line);
  }
}
