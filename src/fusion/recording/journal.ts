import { createHash } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Clock, Log } from '../../contracts/ports.ts';
import type { FusionInput } from '../area.ts';
import {
  forgetJournal,
  forgetLeftJournals,
  journalFile,
  journalFiles,
  makeJournalFolder,
  pruneJournal,
} from './journal-files.ts';
import { recordingLines } from './recording-lines.ts';
import { lineOf } from './signal-line.ts';

const dayMs = 24 * 3_600_000;
/** Of one node, packed: a day of about twenty busy cameras. */
const dayBytes = 64 * 2 ** 20;
/** A file is pruned as a whole: at this age a new one is begun, or at this share of all bytes. */
const fileMs = 30 * 60_000;
const fileShare = 1 / 16;
/** A batch is packed as one: the longer, the smaller; and so much is lost when the power fails. */
const flushMs = 10_000;
const batchChars = 512 * 1024;
/** What waits for a disk that is slow; beyond it signals are left out of the journal. */
const waitingChars = 4 * 2 ** 20;

const pack = promisify(gzip);

export interface JournalOptions {
  /** Data folder; it must exist. */
  folder: string;
  /** Id of the node: each has a journal of its own. */
  node: string;
  clock: Clock;
  log: Log;
  /** What must be known to understand a part of it, such as the mode of the site: written before each batch. */
  preface?: () => FusionInput;
  /** Most bytes on disk; default 64 MiB. */
  bytes?: number;
}

/**
 * The signals of the last day of one fuse-severity, on disk: packed JSON lines in files that are written in batches, beside
 * the work, and removed when they are a day old or when there are too many bytes. A disk that is full or fails costs the
 * journal some signals and nobody anything else.
 */
export class SignalJournal {
  readonly #parent: string;
  readonly #folder: string;
  readonly #options: JournalOptions;
  readonly #bytes: number;
  #lines: string[] = [];
  #chars = 0;
  #timer: (() => void) | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;
  #file: { path: string; begunAt: number; bytes: number } | undefined;
  #works = true;
  #isSwept = false;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#bytes = options.bytes ?? dayBytes;
    this.#parent = join(options.folder, 'signals');
    this.#folder = join(this.#parent, folderName(options.node));
  }

  /** Where its files lie. */
  get folder(): string {
    return this.#folder;
  }

  /** Writes a signal down soon; it never throws and never waits. */
  note(signal: FusionInput): void {
    const { preface, clock } = this.#options;
    const now = clock.now();
    const before = this.#lines.length === 0 && preface !== undefined ? `${lineOf(preface(), now)}\n` : '';
    const line = before + lineOf(signal, now);
    if (this.#chars + line.length > waitingChars) return;
    this.#lines.push(line);
    this.#chars += line.length + 1;
    if (this.#chars >= batchChars && !this.#isWriting) void this.flush();
    this.#timer ??= this.#options.clock.after(flushMs, () => {
      this.#timer = undefined;
      void this.flush();
    });
  }

  /** Writes what waits; it never rejects. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      if (this.#lines.length === 0) return;
      const text = `${this.#lines.join('\n')}\n`;
      this.#lines = [];
      this.#chars = 0;
      this.#isWriting = true;
      try {
        await this.#append(await pack(text));
        this.#works = true;
      } catch (error) {
        this.#fail(error as NodeJS.ErrnoException);
      } finally {
        this.#isWriting = false;
      }
    });
    return this.#writing;
  }

  /** The lines that came in `from`..`to`, and others around them, in the order in which they came, in batches. */
  async *lines(from: number, to: number): AsyncGenerator<string[]> {
    await this.flush();
    const files = await journalFiles(this.#folder);
    for (const [index, { path, begunAt }] of files.entries()) {
      const endsAt = files[index + 1]?.begunAt ?? Number.POSITIVE_INFINITY;
      // What stands in a file may have waited for it.
      if (endsAt >= from && begunAt - 2 * flushMs <= to) yield* recordingLines(path);
    }
  }

  /** When its oldest file was begun, epoch milliseconds. */
  async begunAt(): Promise<number | undefined> {
    await this.flush();
    return (await journalFiles(this.#folder))[0]?.begunAt;
  }

  async close(): Promise<void> {
    this.#timer?.();
    this.#timer = undefined;
    await this.flush();
  }

  /** Removes all that was kept, as when nothing shall be kept any more; it never rejects. */
  async forget(): Promise<void> {
    this.#lines = [];
    this.#chars = 0;
    await this.close();
    this.#file = undefined;
    await forgetJournal(this.#folder).catch((error: unknown) => {
      this.#options.log.warn(`The kept signals in ${this.#folder} could not be removed: ${String(error)}`);
    });
  }

  async #append(bytes: Buffer): Promise<void> {
    const { clock } = this.#options;
    const now = clock.now();
    const isFull = this.#file !== undefined && this.#file.bytes + bytes.length > this.#bytes * fileShare;
    const isOld = this.#file !== undefined && Math.abs(now - this.#file.begunAt) > fileMs;
    if (this.#file === undefined || isFull || isOld) {
      await makeJournalFolder(this.#parent, this.#folder);
      await this.#prune(now);
      this.#file = { path: journalFile(this.#folder, now), begunAt: now, bytes: 0 };
    }
    await appendFile(this.#file.path, bytes, { mode: 0o600 });
    this.#file.bytes += bytes.length;
  }

  async #prune(now: number): Promise<void> {
    await pruneJournal(this.#folder, now - dayMs, this.#bytes * (1 - fileShare));
    if (this.#isSwept) return;
    this.#isSwept = true;
    await forgetLeftJournals(this.#parent, now - dayMs);
  }

  /** A batch that was written in part would make the rest of its file unreadable: the next one begins another. */
  #fail({ code, message }: NodeJS.ErrnoException): void {
    this.#file = undefined;
    if (!this.#works) return;
    this.#works = false;
    const reason = code === 'ENOSPC' ? 'the disk is full' : message;
    this.#options.log.warn(`The signals of the last day are not kept for now: ${reason}. Everything else goes on.`);
  }
}

/** Ids are made by Node-RED, or by whoever writes a flow by hand. */
function folderName(id: string): string {
  if (/^[\w-]{1,64}$/.test(id)) return id;
  return createHash('sha256').update(id).digest('hex').slice(0, 32);
}
