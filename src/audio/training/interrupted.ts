import { rm } from 'node:fs/promises';
import type { Clock, Log } from '../../contracts/ports.ts';
import type { Database } from '../../database/database.ts';
import { failInterrupted } from './session-rows.ts';
import type { Uploads } from './recordings/uploads.ts';

export interface InterruptedOptions {
  database: () => Promise<Database>;
  uploads: Uploads;
  /** Where trainings keep their files. */
  sessions: string;
  clock: Clock;
  log: Log;
}

/** What trainings of the process before this one left behind: their files go, and they are said to have failed. */
export class Interrupted {
  readonly #options: InterruptedOptions;
  readonly #born: number;
  #files: Promise<void> | undefined;
  #rows: Promise<void> | undefined;

  constructor(options: InterruptedOptions) {
    this.#options = options;
    this.#born = options.clock.now();
  }

  /** Deletes their files, once; never rejects. Only who holds the data folder may ask for it. */
  forgetFiles(): Promise<void> {
    this.#files ??= this.#forgetFiles();
    return this.#files;
  }

  /** Says so once per process, of all that were under way. @throws SentinelError ES_DATABASE */
  fail(): Promise<void> {
    this.#rows ??= this.#fail().catch((error: unknown) => {
      this.#rows = undefined;
      throw error;
    });
    return this.#rows;
  }

  async #forgetFiles(): Promise<void> {
    const { sessions, uploads } = this.#options;
    await rm(sessions, { recursive: true, force: true }).catch(() => undefined);
    await uploads.forgetLeftovers(this.#born);
  }

  async #fail(): Promise<void> {
    const { database, clock, log } = this.#options;
    const message = 'Node-RED ended while it was under way; what was in use before stays in use.';
    const error = { name: 'ES_TRAINING_CANCELLED', message };
    const count = await failInterrupted((await database()).query, error, clock.now());
    if (count > 0) log.warn(`A training of sounds did not come to its end: ${message}`);
  }
}
