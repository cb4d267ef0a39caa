import type BetterSqlite3 from 'better-sqlite3';

/** Nobody has asked for this long: the next request hardly comes within a step. */
const restMs = 250;
/** A site that never rests gets its steps between requests all the same. */
const longestMs = 5000;
/** Between two steps, for a request that came meanwhile. */
const betweenMs = 10;
/** A step of merging writes some 64 KB. */
const pagesMerged = 16;
/** Their pages are some megabytes, of which many are the same page. */
const writesUntilCheckpoint = 32;
/** Pages of the log at which a writer takes it back itself: 16 MB; sixteen times that while a reader of the whole file keeps it. */
const mostPages = { usually: 4000, besideReader: 64_000 } as const;

/** Pages that were in the log, and those of them that went back. */
interface Taken {
  log: number;
  checkpointed: number;
}

/**
 * What a database wants done now and then, done while nobody asks for anything, in steps of some milliseconds, so that no
 * write waits for it: segments of full-text indexes are merged (https://www.sqlite.org/fts5.html#the_merge_command), and the
 * pages of the write-ahead log go back into the file.
 * While somebody reads the whole file, such as the check at the start, the log cannot begin anew: every commit would try it in vain.
 */
export class Upkeep {
  readonly #connection: BetterSqlite3.Database;
  readonly #indexes: readonly string[];
  #timer: NodeJS.Timeout | undefined;
  #writes = 0;
  /** What the run before did not get to. */
  #merges = true;
  #besideReader: boolean;
  /** Since when there is something to do and nobody rests, monotonic ms. */
  #since: number | undefined;

  /** @param besideReader somebody reads the whole file now. */
  constructor(connection: BetterSqlite3.Database, besideReader: boolean) {
    this.#connection = connection;
    this.#besideReader = besideReader;
    connection.pragma(`wal_autocheckpoint = ${mostPages[besideReader ? 'besideReader' : 'usually']}`);
    this.#indexes = connection
      .prepare(
        `SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE % USING fts5 (%'`,
      )
      .pluck()
      .all() as string[];
  }

  /** Somebody has asked for something. @param wrote whether it is to change rows. */
  put(wrote: boolean): void {
    if (wrote) {
      this.#writes += 1;
      this.#merges = true;
    }
    if (!this.#merges) return;
    const now = performance.now();
    this.#since ??= now;
    this.#in(now - this.#since < longestMs ? restMs : 0);
  }

  /** Nothing is done from here on. */
  end(): void {
    clearTimeout(this.#timer);
  }

  #in(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#step();
    }, ms);
  }

  #step(): void {
    // Its end will be asked for, and that counts anew.
    if (this.#connection.inTransaction) return;
    try {
      this.#merges = this.#indexes.some((index) => this.#merged(index));
      if (!this.#merges) this.#since = undefined;
      if (this.#merges) this.#in(betweenMs);
      else if (this.#writes >= writesUntilCheckpoint) this.#checkpoint();
    } catch {
      // A full disk or a damaged file shows by the next write, which somebody waits for; after it, this is tried again.
      this.#merges = false;
      this.#since = undefined;
    }
  }

  /** @returns whether there was something to do (the documented sign: more than one change). */
  #merged(index: string): boolean {
    const before = this.#changes();
    this.#connection.prepare(`INSERT INTO ${index} (${index}, rank) VALUES ('merge', ${pagesMerged})`).run();
    return this.#changes() - before > 1;
  }

  #changes(): number {
    return this.#connection.prepare('SELECT total_changes()').pluck().get() as number;
  }

  #checkpoint(): void {
    const [{ log, checkpointed }] = this.#connection.pragma('wal_checkpoint(PASSIVE)') as [Taken];
    this.#writes = 0;
    if (!this.#besideReader || checkpointed < log) return;
    this.#besideReader = false;
    this.#connection.pragma(`wal_autocheckpoint = ${mostPages.usually}`);
  }
}
