import { statfs } from 'node:fs/promises';
import type { Clock, Log } from '../../contracts/ports.ts';
import { bytesKept, dueByAge, dueForRoom, type Due } from './due.ts';
import { FileRounds, sweepRemoved } from './file-rounds.ts';
import { remove, type RemovalWork } from './removal.ts';
import type { RetentionSettings } from './retention-settings.ts';
import { writeRetention } from './retention-file.ts';

const firstAfterMs = 120_000;
const everyMs = 600_000;
/** Once there is too much, somewhat more goes, so that not every new file costs an old one. */
const spare = 0.05;

/** What went, or would go. */
export interface Cleared {
  incidents: number;
  files: number;
  bytes: number;
  /** Bytes that are still too much: what is left is held, goes on, or is severity 3 that nobody has reviewed. */
  tooMuch: number;
}

/** What there is, as a run has left it; no `free` where the system does not say. */
export interface Found {
  bytes: number;
  free?: number;
  at: number;
}

/** What a run would delete, and the first thousand of it. */
export type RetentionPlan = Cleared & { due: Due[] };

export interface RetentionOptions extends Omit<RemovalWork, 'now'> {
  folder: string;
  clock: Clock;
  log: Log;
  settings: () => RetentionSettings;
  /** Free bytes on the disk of the data folder; default: as the system says. */
  free?: () => Promise<number>;
  /** Bytes on that disk that go by themselves, such as a bundle that somebody fetches: no evidence is deleted for their sake. */
  passing?: () => number;
  /** Told after each run how many bytes are too much and may not be deleted. */
  onState?: (tooMuch: number) => void;
  /** Told what a run has deleted. */
  onCleared?: (cleared: Cleared) => void;
  /** Told the id of an incident that changed. */
  onChange?: (incidentId: string) => void;
}

/** Deletes what has reached its age, or has to make room: every ten minutes, one incident at a time. */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #free: () => Promise<number>;
  #cancel: () => void;
  #working: Promise<unknown> = Promise.resolve();
  readonly #rounds: FileRounds;
  #swept = false;
  #found: Found | undefined;
  #closed = false;
  #failing = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#free =
      options.free ??
      (async () => {
        const { bavail, bsize } = await statfs(options.folder);
        return bavail * bsize;
      });
    this.#rounds = new FileRounds(options.database, options.files, (incidentId) => options.onChange?.(incidentId));
    this.#cancel = this.#later(firstAfterMs);
  }

  /** What the last look has found; undefined before the first. */
  get found(): Found | undefined {
    return this.#found;
  }

  /** Leaves the settings beside the database, for the command line. */
  async keepSettings(): Promise<void> {
    await writeRetention(this.#options.folder, this.#options.settings()).catch(() => undefined);
  }

  /** Looks after some files: those that should be gone, and those that should be there. @throws SentinelError ES_DATABASE */
  async lookAfterFiles(): Promise<void> {
    const { database, files, log } = this.#options;
    if (!this.#swept) await sweepRemoved(database, files);
    this.#swept = true;
    const missing = await this.#rounds.turn();
    if (missing > 0) log.warn(`${missing} evidence files are not there any more: their incidents say which.`);
  }

  /** What a run would delete now; changes nothing. @throws SentinelError ES_DATABASE, ES_WORKER_LOST */
  async plan(): Promise<RetentionPlan> {
    const due: Due[] = [];
    const cleared = await this.#run((one) => {
      if (due.length < mostListed) due.push(one);
      return Promise.resolve(one.bytes);
    });
    return { ...cleared, due };
  }

  /** Deletes what is due now. @throws SentinelError ES_DATABASE, ES_WORKER_LOST */
  async clear(): Promise<Cleared> {
    const work = this.#working.then(() => this.#run((due) => this.#remove(due)));
    this.#working = work.catch(() => undefined);
    const cleared = await work;
    if (this.#found !== undefined) this.#found = less(this.#found, cleared.bytes);
    this.#options.onState?.(cleared.tooMuch);
    if (cleared.incidents > 0) {
      this.#options.onCleared?.(cleared);
      this.#options.log.info(
        `Deleted the evidence of ${cleared.incidents} incidents: ${cleared.files} files, ${cleared.bytes} bytes.`,
      );
    }
    return cleared;
  }

  /** Resolves when what is being deleted is gone. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel();
    await this.#working;
  }

  #later(ms: number): () => void {
    return this.#options.clock.after(ms, () => {
      void this.#clearAndTell();
      if (!this.#closed) this.#cancel = this.#later(everyMs);
    });
  }

  async #clearAndTell(): Promise<void> {
    await this.keepSettings();
    try {
      await this.clear();
      if (!this.#closed) await this.lookAfterFiles();
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#options.log.warn(`Old evidence could not be deleted: ${String(error)}`);
      this.#failing = true;
    }
  }

  async #remove(due: Due): Promise<number | undefined> {
    const { clock, onChange, ...work } = this.#options;
    const bytes = await remove({ ...work, now: () => clock.now() }, due, 'retention');
    if (bytes !== undefined && due.what === 'files') onChange?.(due.incidentId);
    return bytes;
  }

  async #run(take: (due: Due) => Promise<number | undefined>): Promise<Cleared> {
    const { database, clock, settings } = this.#options;
    const [now, wanted] = [clock.now(), settings()];
    const cleared: Cleared = { incidents: 0, files: 0, bytes: 0, tooMuch: 0 };
    const count = async (due: Due): Promise<void> => {
      const bytes = await take(due);
      if (bytes === undefined) return;
      cleared.incidents += 1;
      cleared.files += due.files;
      cleared.bytes += bytes;
    };
    const [before, present] = [await bytesKept(database.query), await this.#free().catch(() => Infinity)];
    const free = present + (this.#options.passing?.() ?? 0);
    this.#found = { bytes: before, ...(free === Infinity ? {} : { free }), at: now };
    for await (const due of dueByAge(database.query, wanted, now)) {
      if (this.#closed) return cleared;
      await count(due);
    }
    const overBytes = wanted.mostBytes > 0 ? before - wanted.mostBytes : 0;
    const overDisk = wanted.leastFree > 0 ? wanted.leastFree - free : 0;
    const over = Math.max(overBytes, overDisk);
    if (over <= cleared.bytes) return cleared;
    const why = overBytes >= overDisk ? 'there was too much evidence' : 'the disk was full';
    const goal = over + spare * (overBytes >= overDisk ? wanted.mostBytes : wanted.leastFree);
    for await (const due of dueForRoom(database.query, wanted, now, why)) {
      if (this.#closed || cleared.bytes >= goal) break;
      await count(due);
    }
    cleared.tooMuch = Math.max(over - cleared.bytes, 0);
    return cleared;
  }
}

function less({ bytes, free, at }: Found, gone: number): Found {
  return { bytes: bytes - gone, ...(free === undefined ? {} : { free: free + gone }), at };
}

/** A person reads these. */
const mostListed = 1000;
