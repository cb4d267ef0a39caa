import type { Dirent } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { asSentinelError, SentinelError } from '../contracts/errors.ts';
import type { Log } from '../contracts/ports.ts';
import { evidenceFileName } from './evidence-id.ts';

/** Younger temporary files may belong to a store that is just closing. */
const orphanAgeMs = 60_000;

/** Names that we give: nothing else in the folder is ours to delete. */
const dayName = /^\d{4}-\d\d-\d\d$/;
/** A run that was cut off left its last files in the newest folders; years of older ones need no look. */
const newestDays = 31;
const batchSize = 500;

/** What the user can do, by the code of the system's error. */
const hints: Readonly<Record<string, string>> = {
  ENOENT: 'The data folder is gone: plug its disk in again, or restart Node-RED to begin anew.',
  ENOSPC: 'Free space on the disk of the data folder.',
  EDQUOT: 'Raise the disk quota of the user that runs Node-RED.',
  EROFS: 'The disk of the data folder is mounted read-only.',
  EACCES: 'Make the data folder writable for the user that runs Node-RED.',
  EPERM: 'Make the data folder writable for the user that runs Node-RED.',
};

/**
 * The evidence files of a data folder. A file has its final name only when all its bytes are on the disk, and it is
 * never written again.
 */
export class EvidenceFiles {
  readonly #folder: string;
  readonly #incoming: string;

  /** @param folder the data folder. */
  constructor(folder: string) {
    this.#folder = resolve(folder);
    this.#incoming = join(this.#folder, 'evidence', '.incoming');
  }

  /**
   * Writes a new file: temporary name, fsync, rename, fsync of the folder.
   * @param day `YYYY-MM-DD`, the folder below `evidence`.
   * @returns its path relative to the data folder, with forward slashes.
   * @throws SentinelError ES_EVIDENCE_WRITE; nothing is left behind then.
   */
  async write(day: string, name: string, bytes: Buffer): Promise<string> {
    const temporary = join(this.#incoming, name);
    const target = join(this.#folder, 'evidence', day, name);
    try {
      for (const folder of [dirname(this.#incoming), this.#incoming, dirname(target)]) await makeFolder(folder);
      await writeThrough(temporary, bytes);
      await rename(temporary, target);
      await syncFolder(dirname(target));
    } catch (error) {
      for (const file of [temporary, target]) await rm(file, { force: true }).catch(() => undefined);
      throw writeError(error);
    }
    return relative(this.#folder, target).replaceAll(sep, '/');
  }

  /**
   * Absolute path of a file that `write` named.
   * @throws SentinelError ES_DATABASE when the stored name leads out of the data folder.
   */
  locate(file: string): string {
    const path = resolve(this.#folder, file);
    if (path.startsWith(join(this.#folder, 'evidence') + sep)) return path;
    throw new SentinelError('ES_DATABASE', 'A row of the database names a file outside the evidence folder.');
  }

  /** The files of the newest days, by the paths that `write` gave them, some hundred at a time. */
  async *newest(): AsyncGenerator<string[]> {
    const days = (await namesIn(join(this.#folder, 'evidence'), (entry) => entry.isDirectory()))
      .filter((name) => dayName.test(name))
      .sort()
      .slice(-newestDays);
    for (const day of days) {
      const names = await namesIn(join(this.#folder, 'evidence', day), (entry) => entry.isFile());
      const files = names.filter((name) => evidenceFileName.test(name)).map((name) => `evidence/${day}/${name}`);
      for (let start = 0; start < files.length; start += batchSize) yield files.slice(start, start + batchSize);
    }
  }

  /** Epoch ms. */
  async writtenAt(file: string): Promise<number> {
    return (await stat(this.locate(file))).mtimeMs;
  }

  /** False only where the system says so: a disk that is away says nothing of its files. */
  async isThere(file: string): Promise<boolean> {
    try {
      await stat(this.locate(file));
      return true;
    } catch (error) {
      const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      return (
        !isAbsent ||
        !(await stat(join(this.#folder, 'evidence')).then(
          () => true,
          () => false,
        ))
      );
    }
  }

  async remove(file: string): Promise<void> {
    await rm(this.locate(file), { force: true });
  }

  /** Removes what a crash left half written. */
  async removeOrphans(now: number, log: Log): Promise<void> {
    let removed = 0;
    for (const name of await namesIn(this.#incoming, (entry) => entry.isFile())) {
      const path = join(this.#incoming, name);
      const { mtimeMs } = await stat(path);
      if (now - mtimeMs < orphanAgeMs) continue;
      await rm(path, { force: true });
      removed += 1;
    }
    if (removed > 0) log.warn(`Removed ${removed} evidence files that an earlier run left half written.`);
  }
}

/** Names in a folder that need no order. No folder yet, or an unusable one, has none: the first write says what is wrong. */
async function namesIn(folder: string, wanted: (entry: Dirent) => boolean): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter(wanted).map(({ name }) => name);
}

/**
 * A folder inside one that exists, which lasts through a power cut as the files in it do. Never the ones around it: a
 * data folder that is missing, even since a moment ago, is on a disk that is away, and must not be begun on another.
 */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
    await syncFolder(dirname(folder));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

async function writeThrough(file: string, bytes: Buffer): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a rename last through a power cut. Windows has no such call for folders and does not need it. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function writeError(error: unknown): SentinelError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  // System messages carry the full path; the code says as much without it.
  if (code === undefined) return asSentinelError(error, 'ES_EVIDENCE_WRITE');
  const hint = hints[code];
  return new SentinelError('ES_EVIDENCE_WRITE', `Evidence could not be written to disk (${code}).`, {
    ...(hint === undefined ? {} : { hint }),
    cause: error,
  });
}
