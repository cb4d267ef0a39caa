import type { Clock, Log } from '../contracts/ports.ts';

const quietMs = 10_000;

/** Logs faults of a route at most every 10 s: who asks again and again does not fill the disk with log lines. */
export class FaultLog {
  readonly #log: Log;
  readonly #clock: Clock;
  /** By route, of which there are few: monotonic ms of its last line. */
  readonly #told = new Map<string, number>();

  constructor(log: Log, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  tell(route: string, cause: unknown): void {
    const now = this.#clock.monotonic();
    if (now - (this.#told.get(route) ?? -Infinity) < quietMs) return;
    this.#told.set(route, now);
    this.#log.error(`The API could not answer: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}
