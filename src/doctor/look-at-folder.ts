import { randomUUID } from 'node:crypto';
import { readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { FolderState } from './ports.ts';

/** Space and kind of the disk below a folder, and whether a file can be written there; the file is gone again. */
export async function lookAtFolder(folder: string): Promise<FolderState> {
  const present = await nearest(folder);
  const [{ bavail, bsize }, kind, writeError] = await Promise.all([
    statfs(present),
    kindOf(present),
    tryToWrite(present),
  ]);
  return { exists: present === folder, writeError, free: bavail * bsize, kind };
}

/** The folder itself, or the first above it that exists. */
async function nearest(folder: string): Promise<string> {
  const found = await stat(folder).catch(() => undefined);
  return found !== undefined || dirname(folder) === folder ? folder : await nearest(dirname(folder));
}

/** A small file, since root may do what the disk then refuses. */
async function tryToWrite(folder: string): Promise<string | undefined> {
  const file = join(folder, `.echosight-${randomUUID()}`);
  try {
    await writeFile(file, Buffer.alloc(4096), { flag: 'wx', mode: 0o600 });
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown error';
  } finally {
    await rm(file, { force: true }).catch(() => undefined);
  }
}

/** The file system with the longest mount point above the folder (proc_pid_mountinfo(5)). */
async function kindOf(folder: string): Promise<string> {
  const table = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  let best = { length: 0, kind: '' };
  for (const line of table.split('\n')) {
    const [, , , , point = ''] = line.split(' ');
    const mount = point.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
    const above = folder === mount || folder.startsWith(mount.endsWith(sep) ? mount : mount + sep);
    if (!above || mount === '' || mount.length < best.length) continue;
    best = { length: mount.length, kind: / - (\S+)/.exec(line)?.[1] ?? '' };
  }
  return best.kind;
}
