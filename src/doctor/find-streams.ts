import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SentinelError } from '../contracts/errors.ts';
import { DamagedKey } from '../database/key-file.ts';
import { inspectStreams } from '../database/inspection.ts';
import { openSites } from '../site/registry.ts';
import type { RunnableStream } from '../streams/stored-stream.ts';
import { streamKey, withAddresses } from '../streams/stream-store.ts';
import type { FoundStreams } from './ports.ts';

/** Then there is time left to ask cameras. */
const readMs = 5000;

/**
 * The streams of a data folder that are to run: of a Site that is open here as it has them, else read beside whoever has the folder.
 * @throws SentinelError ES_DATABASE
 */
export async function findStreams(folder: string, signal: AbortSignal): Promise<FoundStreams> {
  // Asking a Site would make a database.
  if (!existsSync(join(folder, 'sentinel.db'))) return { streams: [] };
  const site = openSites().find((open) => resolve(open.folder) === resolve(folder));
  const limit = AbortSignal.any([signal, AbortSignal.timeout(readMs)]);
  const streams = await within(limit, site === undefined ? beside(folder, limit) : site.streams.runnable());
  const fault = streams.some(({ isLost }) => isLost) ? await keyFault(folder) : undefined;
  return { streams, ...(fault === undefined ? {} : { fault }) };
}

/** A database that hangs takes no time of the cameras of the flow. */
async function within<Answer>(limit: AbortSignal, work: Promise<Answer>): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    limit.addEventListener('abort', () => {
      reject(new SentinelError('ES_DATABASE', 'The database did not answer in time.'));
    });
    work.then(resolve, reject);
  });
}

async function beside(folder: string, signal: AbortSignal): Promise<RunnableStream[]> {
  const rows = await inspectStreams(folder, signal);
  if (rows === undefined) {
    throw new SentinelError('ES_DATABASE', 'The database is too large to be copied and looked at here.', {
      hint: 'Look while Node-RED runs: then nothing is copied.',
    });
  }
  return (await withAddresses(rows, streamKey(folder))).filter(({ enabled }) => enabled);
}

/** What is wrong with the key of the addresses; undefined: nothing, so the addresses themselves are not of this key. */
async function keyFault(folder: string): Promise<string | undefined> {
  try {
    return (await streamKey(folder).read()) === undefined ? 'is missing' : undefined;
  } catch (error) {
    if (error instanceof DamagedKey) return 'is damaged';
    return `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`;
  }
}
