import { mkdir, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** One file of a journal: packed lines of some minutes. */
export interface JournalFile {
  path: string;
  /** Epoch milliseconds at which it was begun. */
  begunAt: number;
  bytes: number;
}

const suffix = '.jsonl.gz';

/** Names sort like their times: thirteen digits last until the year 2286. */
export function journalFile(folder: string, begunAt: number): string {
  return join(folder, `${String(begunAt).padStart(13, '0')}${suffix}`);
}

/** The files of a folder, oldest first; none where there is no such folder. */
export async function journalFiles(folder: string): Promise<JournalFile[]> {
  const names = await readdir(folder).catch(() => []);
  const ours = names.filter((name) => /^\d{13}\.jsonl\.gz$/.test(name)).sort();
  const files = ours.map(async (name) => {
    const path = join(folder, name);
    const { size } = await stat(path);
    return { path, begunAt: Number(name.slice(0, -suffix.length)), bytes: size };
  });
  return await Promise.all(files);
}

/**
 * Removes the files whose last line is older than a time, then the oldest until so many bytes are left. A file ends where the
 * next one begins; of the last one it is only known when it was begun.
 */
export async function pruneJournal(folder: string, olderThan: number, mostBytes: number): Promise<void> {
  const files = await journalFiles(folder);
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  for (const [index, file] of files.entries()) {
    const next = files[index + 1];
    const isNeeded = next === undefined ? file.begunAt >= olderThan : next.begunAt >= olderThan;
    if (isNeeded && bytes <= mostBytes) return;
    await rm(file.path, { force: true });
    bytes -= file.bytes;
  }
}

/** Journals of nodes that are gone lose what is too old as well. `parent` holds a folder for each node. */
export async function forgetLeftJournals(parent: string, olderThan: number): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const folder = join(parent, name);
    const files = await journalFiles(folder);
    const { mtimeMs: writtenAt } = await stat(files.at(-1)?.path ?? folder);
    if (writtenAt < olderThan) await forgetJournal(folder);
  }
}

/** Removes all that is kept in the folder of one node. */
export async function forgetJournal(folder: string): Promise<void> {
  for (const { path } of await journalFiles(folder)) await rm(path, { force: true });
  await rmdir(folder).catch(() => undefined);
}

/** A private folder inside one that exists: the data folder itself is not made here, its disk may be away. */
export async function makeJournalFolder(parent: string, folder: string): Promise<void> {
  for (const path of [parent, folder]) {
    await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
  }
}
