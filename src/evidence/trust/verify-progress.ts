import type BetterSqlite3 from 'better-sqlite3';

/** What an entry of the chain, and an incident with its signals, take in the time of as many bytes of a file: about. */
const costs = { entry: 1000, incident: 4000 } as const;
/** It is told this many times at most. */
const steps = 100;

/** How far a verification is, 0 to 1. */
export class VerifyProgress {
  readonly #all: number;
  readonly #tell: (share: number) => void;
  #done = 0;
  #told = 0;

  /** @param tell gets each share that is a hundredth more than the one before. */
  constructor(connection: BetterSqlite3.Database, tell: (share: number) => void = () => undefined) {
    const { entries, incidents, bytes } = connection
      .prepare(
        `SELECT (SELECT count(*) FROM chain) AS entries, (SELECT count(*) FROM incidents) AS incidents,
          (SELECT coalesce(sum(bytes), 0) FROM media) AS bytes`,
      )
      .get() as { entries: number; incidents: number; bytes: number };
    this.#all = Math.max(1, entries * costs.entry + incidents * costs.incident + bytes);
    this.#tell = tell;
  }

  passEntry(): void {
    this.#pass(costs.entry);
  }

  passIncident(): void {
    this.#pass(costs.incident);
  }

  passFile(bytes: number): void {
    this.#pass(bytes);
  }

  #pass(cost: number): void {
    this.#done += cost;
    const step = Math.min(steps, Math.floor((this.#done / this.#all) * steps));
    if (step <= this.#told) return;
    this.#told = step;
    this.#tell(step / steps);
  }
}
