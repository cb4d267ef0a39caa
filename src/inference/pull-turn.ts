import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SentinelError } from '../contracts/errors.ts';
import type { Clock } from '../contracts/ports.ts';
import type { CatalogEntry } from './catalog.ts';

/** A pull says so often that it lives; one that is silent for six times as long is dead. */
const heartbeatMs = 10_000;

/**
 * One pull of a model at a time, whatever process it is in.
 * @param work gets the file that grows, and says now and then that it is alive.
 * @throws SentinelError ES_DOWNLOAD_FAILED when another one is at it, or the folder cannot be written
 */
export async function inTurn(
  { id, file }: CatalogEntry,
  folder: string,
  clock: Clock,
  work: (part: string, alive: () => void) => Promise<void>,
): Promise<void> {
  const part = join(folder, `${file}.part`);
  const lock = join(folder, `${file}.lock`);
  try {
    await mkdir(folder, { recursive: true });
    if (await isAbandoned(lock, clock)) await rm(lock, { force: true });
    await writeFile(lock, `${process.pid}`, { flag: 'wx' });
  } catch (cause) {
    const taken = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    const message = taken ? `The model "${id}" is being pulled already.` : `The folder ${folder} cannot be written.`;
    const hint = taken ? 'Wait for it to end.' : 'Run this as the user that runs Node-RED, or set ECHOSIGHT_MODELS.';
    throw new SentinelError('ES_DOWNLOAD_FAILED', message, { hint, cause });
  }
  let beat = clock.monotonic();
  try {
    await work(part, () => {
      if (clock.monotonic() - beat < heartbeatMs) return;
      beat = clock.monotonic();
      const now = clock.now() / 1000;
      void utimes(lock, now, now).catch(() => undefined);
    });
  } finally {
    await rm(lock, { force: true });
  }
}

/** Its process is gone; or, where that is another machine's or container's, it was silent for long. */
async function isAbandoned(lock: string, clock: Clock): Promise<boolean> {
  const found = await stat(lock).catch(() => undefined);
  if (found === undefined) return false;
  const silent = clock.now() - found.mtimeMs > 6 * heartbeatMs;
  return silent || !isAlive(Number(await readFile(lock, 'utf8').catch(() => '')));
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
