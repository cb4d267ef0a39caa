import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { SentinelError } from '../contracts/errors.ts';
import type { Clock } from '../contracts/ports.ts';
import { BrokenOff, download } from '../network/download.ts';
import { workerFile } from '../process/package-files.ts';
import { isPacked } from './archive-member.ts';
import { fileOf, isByHand, pullCommand, type CatalogEntry, type DownloadableEntry } from './catalog.ts';
import type { MakingOrder } from './model-making.ts';
import { inTurn } from './pull-turn.ts';
import { unpackError, type PackedError } from './worker-messages.ts';

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
/** An archive of a file has hardly more than the file. */
const archiveSpareBytes = 1024 * 1024;
/** What must stay free on the disk. */
const spareBytes = 64 * 1024 * 1024;

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
  const sources = sourcesOf(entry);
  if (isByHand(entry)) {
    const message = `Nobody is known who hands out the model "${entry.id}".`;
    throw new SentinelError('ES_DOWNLOAD_FAILED', message, { hint: `Bring it along: "npx ${pullCommand(entry)}".` });
  }
  await inTurn(entry, folder, tools.clock, async (part, alive) => {
    await assertRoom(part, Math.max(...sources.map(({ bytes }) => bytes)));
    const faults: string[] = [];
    for (const source of sources) {
      const { address } = source;
      try {
        await fetchFrom(source, part, { ...tools, onProgress: withBeat(tools, alive) });
        await settle(entry, part, folder);
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
        hint: `Start it again to go on where it stopped; behind a proxy set HTTPS_PROXY. Or fetch ${entry.download.addresses[0] ?? ''} on another machine and run "npx echosight models pull ${entry.id} --from FILE".`,
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
      hint: `Give the path of the ${entry.download.made === undefined ? '.onnx file' : 'official .tflite file, or of the .tar.gz that it lies in'}.`,
    });
  }
  await inTurn(entry, folder, clock, async (part) => {
    const { bytes, made } = entry.download;
    const mayHold = made !== undefined && found.size !== bytes && (await beginsPacked(source));
    if (!mayHold && found.size !== bytes && found.size !== made?.bytes) {
      throw notThis(entry, `it has ${found.size} bytes, not ${made?.bytes ?? bytes}`);
    }
    if (mayHold && found.size > made.bytes + archiveSpareBytes) throw notThis(entry, `it has ${found.size} bytes`);
    await assertRoom(part, found.size);
    await rm(part, { force: true });
    await copyFile(source, part).catch((cause: unknown) => {
      throw new SentinelError('ES_DOWNLOAD_FAILED', `The file could not be copied: ${String(cause)}.`, { cause });
    });
    try {
      const sha256 = await hashOf(part);
      if (sha256 === entry.sha256) await rename(part, fileOf(entry, folder));
      else if (mayHold || sha256 === made?.sha256) await settle(entry, part, folder);
      else throw notThis(entry, 'its SHA-256 is another one');
    } catch (error) {
      await rm(part, { force: true });
      throw mayHold && error instanceof SentinelError && error.hint === undefined
        ? notThis(entry, 'the archive does not hold it')
        : error;
    }
  });
}

/** Where a file comes from, and what it is; an archive has no hash of its own, and has at most so many bytes. */
interface Source {
  address: string;
  bytes: number;
  sha256?: string;
}

function sourcesOf({ sha256, download: { addresses, bytes, made } }: DownloadableEntry): Source[] {
  if (made === undefined) return addresses.map((address) => ({ address, bytes, sha256 }));
  return [
    ...addresses.map((address) => ({ address, bytes: made.bytes, sha256: made.sha256 })),
    ...made.archives.map((address) => ({ address, bytes: made.bytes + archiveSpareBytes })),
  ];
}

/** Gives what came the name of the model; makes the model of it first where it is something else. */
async function settle(entry: DownloadableEntry, part: string, folder: string): Promise<void> {
  const file = fileOf(entry, folder);
  const { made } = entry.download;
  if (made === undefined) {
    await rename(part, file);
    return;
  }
  const target = `${file}.made`;
  try {
    await assertRoom(target, entry.download.bytes);
    await makeInThread({ making: made, source: part, target, sha256: entry.sha256 });
    await rename(target, file);
  } finally {
    for (const left of [part, target]) await rm(left, { force: true });
  }
}

/** Making a model takes longer than the event loop may wait. */
async function makeInThread(order: MakingOrder): Promise<void> {
  const worker = new Worker(workerFile('model-making'), { workerData: order, execArgv: [] });
  const ended = Promise.withResolvers<PackedError | undefined>();
  worker.once('message', ended.resolve);
  worker.once('error', ended.reject);
  worker.once('exit', (code) => {
    ended.reject(new SentinelError('ES_WORKER_LOST', `The thread that makes the model ended with code ${code}.`));
  });
  const error = await ended.promise;
  if (error !== undefined) throw unpackError(error);
}

/** Until the whole file is there, with its hash; begins anew once when it has another one. */
async function fetchFrom({ address, bytes, sha256 }: Source, part: string, tools: PullTools): Promise<void> {
  const { clock, signal, tell, pause, onProgress, stallMs = usualStallMs } = tools;
  let resumed = (await sizeOf(part)) > 0;
  let begunAnew = false;
  let vain = 0;
  for (let tries = 0; tries < mostTries; tries++) {
    const before = await sizeOf(part);
    try {
      await download({
        ...{ address, bytes, exact: sha256 !== undefined, part, clock, stallMs, signal },
        onProgress: (there) => {
          onProgress(there, bytes);
        },
      });
      // What an archive holds is found out when it is opened.
      if (sha256 === undefined || (await hashOf(part)) === sha256) return;
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

function notThis({ id, download: { made } }: DownloadableEntry, why: string): SentinelError {
  const one =
    made === undefined
      ? 'For a model of your own, use "echosight models add FILE".'
      : `Several files go by this name; only one fits: ${made.bytes} bytes, SHA-256 ${made.sha256}, as it is or in its .tar.gz.`;
  return new SentinelError('ES_MODEL_INVALID', `The file is not the model "${id}" of the catalogue: ${why}.`, {
    hint: `${one} Fetch it from an address that "echosight models info ${id}" shows.`,
  });
}

async function beginsPacked(file: string): Promise<boolean> {
  for await (const piece of createReadStream(file, { end: 1 })) return isPacked(piece as Buffer);
  return false;
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
