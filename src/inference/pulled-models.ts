import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, rename, rm, stat, statfs, utimes, writeFile, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SentinelError } from '../contracts/errors.ts';
import type { Clock } from '../contracts/ports.ts';
import { BrokenOff, download } from '../network/download.ts';
import { fileOf, pullCommand, type CatalogEntry, type DownloadableEntry } from './catalog.ts';

export type ModelState = 'whole' | 'damaged' | 'absent';

export interface PullTools {
  clock: Clock;
  /** Waits; rejects when the signal is aborted. */
  pause: (ms: number, signal: AbortSignal) => Promise<void>;
  signal: AbortSignal;
  onProgress: (there: number, bytes: number) => void;
  /** A line for people: what went wrong, and what is done about it. */
  tell: (line: string) => void;
  stallMs?: number;
}

/** Tries in a row that brought nothing, and at all. */
const mostVainTries = 4;
const mostTries = 100;
const firstPauseMs = 1000;
const usualStallMs = 30_000;
/** What must stay free on the disk. */
const spareBytes = 64 * 1024 * 1024;
/** A pull says so often that it lives; one that is silent for three times as long is dead. */
const heartbeatMs = 10_000;

/** Whether the file of a model is there and the one of the catalogue. */
export async function stateOf(entry: CatalogEntry, folder: string): Promise<ModelState> {
  const file = fileOf(entry, folder);
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) return 'absent';
  return found.isFile() && (await hashOf(file)) === entry.sha256 ? 'whole' : 'damaged';
}

/**
 * Downloads a model. Only a file with the hash of the catalogue gets the model's name; what came of one that broke off
 * waits in a file of its own and is gone on with.
 * @throws SentinelError ES_DOWNLOAD_FAILED, ES_BAD_ADDRESS; the signal's reason when that was aborted
 */
export async function pullModel(entry: DownloadableEntry, folder: string, tools: PullTools): Promise<void> {
  if (entry.download.addresses.length === 0) {
    const message = `Nobody is known who hands out the model "${entry.id}".`;
    throw new SentinelError('ES_DOWNLOAD_FAILED', message, { hint: `Bring it along: "npx ${pullCommand(entry)}".` });
  }
  await inTurn(entry, folder, tools.clock, async (part, alive) => {
    await assertRoom(part, entry.download.bytes);
    const faults: string[] = [];
    for (const address of entry.download.addresses) {
      try {
        await fetchFrom(address, entry, part, { ...tools, onProgress: withBeat(tools, alive) });
        await rename(part, fileOf(entry, folder));
        return;
      } catch (error) {
        tools.signal.throwIfAborted();
        if (!(error instanceof SentinelError)) throw error;
        faults.push(`${new URL(address).host}: ${error.message}`);
        if (isOfDisk(error)) break;
      }
    }
    throw new SentinelError(
      'ES_DOWNLOAD_FAILED',
      `The model "${entry.id}" could not be downloaded. ${faults.join(' ')}`,
      {
        hint: `Run the command again to go on; behind a proxy set HTTPS_PROXY. Or fetch ${entry.download.addresses[0] ?? ''} on another machine and run "npx echosight models pull ${entry.id} --from FILE".`,
      },
    );
  });
}

/**
 * Takes a model from a file that somebody brought along.
 * @throws SentinelError ES_MODEL_MISSING, ES_MODEL_INVALID (another file), ES_DOWNLOAD_FAILED (disk)
 */
export async function importModel(
  entry: DownloadableEntry,
  source: string,
  folder: string,
  clock: Clock,
): Promise<void> {
  const found = await stat(source).catch(() => undefined);
  if (found?.isFile() !== true) {
    throw new SentinelError('ES_MODEL_MISSING', `There is no file ${source}.`, {
      hint: 'Give the path of the .onnx file.',
    });
  }
  await inTurn(entry, folder, clock, async (part) => {
    const { bytes } = entry.download;
    if (found.size !== bytes) throw notThis(entry, `it has ${found.size} bytes, not ${bytes}`);
    await assertRoom(part, bytes);
    await rm(part, { force: true });
    await copyFile(source, part).catch((cause: unknown) => {
      throw new SentinelError('ES_DOWNLOAD_FAILED', `The file could not be copied: ${String(cause)}.`, { cause });
    });
    if ((await hashOf(part)) !== entry.sha256) {
      await rm(part, { force: true });
      throw notThis(entry, 'its SHA-256 is another one');
    }
    await rename(part, fileOf(entry, folder));
  });
}

/** Until the whole file is there, with its hash; begins anew once when it has another one. */
async function fetchFrom(address: string, entry: DownloadableEntry, part: string, tools: PullTools): Promise<void> {
  const { clock, signal, tell, pause, onProgress, stallMs = usualStallMs } = tools;
  const { bytes } = entry.download;
  let resumed = (await sizeOf(part)) > 0;
  let begunAnew = false;
  let vain = 0;
  for (let tries = 0; tries < mostTries; tries++) {
    const before = await sizeOf(part);
    try {
      await download({
        ...{ address, bytes, part, clock, stallMs, signal },
        onProgress: (there) => {
          onProgress(there, bytes);
        },
      });
      if ((await hashOf(part)) === entry.sha256) return;
      await rm(part, { force: true });
      if (!resumed || begunAnew) {
        throw new SentinelError('ES_DOWNLOAD_FAILED', 'The file that came is another one: its SHA-256 is wrong.');
      }
      tell('What an earlier try left does not fit: it begins anew.');
      begunAnew = true;
    } catch (error) {
      if (!(error instanceof BrokenOff)) throw error;
      vain = (await sizeOf(part)) > before ? 0 : vain + 1;
      if (vain >= mostVainTries) throw new SentinelError('ES_DOWNLOAD_FAILED', `It broke off: ${error.message}.`);
      resumed = true;
      tell(`It broke off: ${error.message}. Trying again.`);
      await pause(firstPauseMs * 2 ** vain, signal);
    }
  }
  throw new SentinelError('ES_DOWNLOAD_FAILED', `It broke off ${mostTries} times.`);
}

/** One pull of a model at a time, whatever process it is in. */
async function inTurn(
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

function withBeat({ onProgress }: PullTools, alive: () => void): PullTools['onProgress'] {
  return (there, bytes) => {
    alive();
    onProgress(there, bytes);
  };
}

async function assertRoom(part: string, bytes: number): Promise<void> {
  const disk = await statfs(dirname(part)).catch(() => undefined);
  const needed = bytes - (await sizeOf(part)) + spareBytes;
  if (disk === undefined || disk.bavail * disk.bsize >= needed) return;
  const free = Math.floor((disk.bavail * disk.bsize) / 1e6);
  throw new SentinelError(
    'ES_DOWNLOAD_FAILED',
    `The disk has ${free} MB left, and ${Math.ceil(needed / 1e6)} MB are needed.`,
    {
      hint: 'Make room, or set ECHOSIGHT_MODELS to a folder on another disk, for Node-RED as well.',
    },
  );
}

/** No other address would help. */
function isOfDisk({ cause }: SentinelError): boolean {
  return cause !== undefined;
}

function notThis({ id }: CatalogEntry, why: string): SentinelError {
  return new SentinelError('ES_MODEL_INVALID', `The file is not the model "${id}" of the catalogue: ${why}.`, {
    hint: 'Fetch it from an address that "echosight models info" shows; for a model of your own, use "echosight models add FILE".',
  });
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}

/** Read in pieces: models are larger than memory should be. */
async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return hash.digest('hex');
}
