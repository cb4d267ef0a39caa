import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, rmdir, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../../contracts/ports.ts';

const prefix = 'echosight-ring-';
/** A ring of a minute at 8 Mbit/s is 60 MB; a folder with less room than this is passed over. */
const leastRoom = 128 << 20;
/** What another container left may be in use there: only what nobody wrote to for so long is taken away. */
const abandonedMs = 10 * 60_000;

/** Memory where the system has a folder of it: a ring on a memory card would wear it out. */
const ringBases: readonly string[] = process.platform === 'linux' ? ['/dev/shm', tmpdir()] : [tmpdir()];

/**
 * The folders of this process for rings and for the files of short jobs: in memory where there is room, readable by our
 * user alone, removed at the end. What processes left behind that were killed is removed before the first is made.
 */
export class RingFolders {
  readonly #log: Log;
  readonly #bases: readonly string[];
  /** Our folder in a base. */
  readonly #own = new Map<string, Promise<string>>();
  #count = 0;
  #tidied: Promise<void> | undefined;

  constructor(log: Log, bases = ringBases) {
    this.#log = log;
    this.#bases = bases;
  }

  /** A new folder. @throws the system's error when none can be made */
  async make(): Promise<string> {
    await (this.#tidied ??= this.#tidyUp());
    const base = await this.#baseWithRoom();
    try {
      return await this.#makeIn(base);
    } catch {
      // Ours was tidied away meanwhile, or somebody else removed it: once more in a new one.
      this.#own.delete(base);
      return await this.#makeIn(base);
    }
  }

  /** Removes our own folders where nothing is in them: Node-RED may end without closing anything but its nodes. */
  async tidy(): Promise<void> {
    for (const [base, own] of [...this.#own]) {
      const folder = await own.catch(() => undefined);
      if (folder === undefined || this.#own.get(base) !== own) continue;
      const isGone = await rmdir(folder).then(
        () => true,
        () => false,
      );
      if (isGone) this.#own.delete(base);
    }
  }

  /** Removes all that was made. */
  async close(): Promise<void> {
    const folders = await Promise.allSettled(this.#own.values());
    this.#own.clear();
    for (const folder of folders) if (folder.status === 'fulfilled') await remove(folder.value);
  }

  async #makeIn(base: string): Promise<string> {
    let own = this.#own.get(base);
    if (own === undefined) {
      own = processMark().then((mark) => mkdtemp(join(base, `${prefix}${mark}-`)));
      this.#own.set(base, own);
      own.catch(() => this.#own.delete(base));
    }
    const folder = join(await own, String(this.#count++));
    await mkdir(folder, { mode: 0o700 });
    return folder;
  }

  /** The first base with room; the last one whatever its room, since its disk may be full for a moment only. */
  async #baseWithRoom(): Promise<string> {
    for (const base of this.#bases.slice(0, -1)) {
      const room = await statfs(base).then(
        ({ bavail, bsize }) => bavail * bsize,
        () => 0,
      );
      if (room >= leastRoom) return base;
    }
    return this.#bases.at(-1) ?? tmpdir();
  }

  async #tidyUp(): Promise<void> {
    let removed = 0;
    for (const base of new Set(this.#bases)) {
      for (const name of await readdir(base).catch(() => [])) {
        if (name.startsWith(prefix) && (await isLeftOver(join(base, name), name.slice(prefix.length)))) {
          await remove(join(base, name));
          removed += 1;
        }
      }
    }
    if (removed > 0) this.#log.info(`Removed ${removed} rings of cameras that an earlier run left behind.`);
  }
}

/**
 * This process in a file name: its process namespace, its id and its start time. All three, because ids are used again,
 * and mean somebody else in another container.
 */
async function processMark(): Promise<string> {
  return `${await namespace()}-${process.pid}-${(await startOf(process.pid)) ?? 0}`;
}

async function isLeftOver(path: string, mark: string): Promise<boolean> {
  const [, space, id, start] = /^(\d+)-(\d+)-(\d+)-\w+$/.exec(mark) ?? [];
  const folder = await lstat(path).catch(() => undefined);
  if (folder === undefined || id === undefined || !folder.isDirectory()) return false;
  if (folder.uid !== (process.getuid?.() ?? folder.uid)) return false;
  if (space !== (await namespace())) return Date.now() - (await lastWrite(path)) > abandonedMs;
  if (process.platform === 'linux') return (await startOf(Number(id))) !== start;
  return !isAlive(Number(id));
}

/** Number of our process namespace; 0 where there is none. */
async function namespace(): Promise<string> {
  const link = await readlink('/proc/self/ns/pid').catch(() => '');
  return /\d+/.exec(link)?.[0] ?? '0';
}

/** Start time of a process in ticks since the machine's start; undefined without such a process. */
async function startOf(pid: number): Promise<string | undefined> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field is the name in brackets, with anything in it; the 22nd is the start.
  return line.slice(line.lastIndexOf(')') + 2).split(' ')[19];
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Epoch ms of the newest file anywhere in a folder. */
async function lastWrite(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const times = [folder, ...names.map((name) => join(folder, name))].map((path) =>
    stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    ),
  );
  return Math.max(...(await Promise.all(times)));
}

async function remove(path: string): Promise<void> {
  // An ffmpeg that is just ending may still write a file while the folder is emptied.
  await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
}
