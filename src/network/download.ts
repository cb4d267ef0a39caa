import { open, stat, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { SentinelError } from '../contracts/errors.ts';
import type { Clock } from '../contracts/ports.ts';
import { guardedGet, type GuardedAnswer } from './guarded-get.ts';

export interface Download {
  address: string;
  /** What the file has; no more is ever written. */
  bytes: number;
  /** False: it may have less, so that an unfinished part cannot be gone on with. */
  exact?: boolean;
  /** File that grows, and is gone on with where it ends. */
  part: string;
  clock: Clock;
  /** Longest silence, in milliseconds. */
  stallMs: number;
  /** Aborted: nobody wants the file any more; what came stays in the part. */
  signal: AbortSignal;
  /** Called with how many bytes of the file are there. */
  onProgress: (there: number) => void;
}

/** A download that broke off: another try may go on with it. */
export class BrokenOff extends Error {
  override readonly name = 'BrokenOff';
}

/**
 * Fetches what is missing of a file. Whether it is the right one, its hash says.
 * @throws BrokenOff; SentinelError ES_BAD_ADDRESS, ES_DOWNLOAD_FAILED when another try would do no better
 */
export async function download(order: Download): Promise<void> {
  const there = await sizeOf(order.part);
  const from = there > order.bytes || order.exact === false ? 0 : there;
  if (from === order.bytes) return;
  const stalled = new AbortController();
  const signal = AbortSignal.any([order.signal, stalled.signal]);
  let cancel = (): void => undefined;
  const alive = (): void => {
    cancel();
    cancel = order.clock.after(order.stallMs, () => {
      stalled.abort();
    });
  };
  alive();
  try {
    const answer = await guardedGet(order.address, from, signal);
    answer.body.on('error', () => undefined);
    const stop = (): unknown => answer.body.destroy(new Error('stopped'));
    signal.addEventListener('abort', stop, { once: true });
    try {
      await write(answer, startOf(answer, from, order), order, alive, signal);
    } finally {
      signal.removeEventListener('abort', stop);
      answer.body.destroy();
    }
  } catch (error) {
    order.signal.throwIfAborted();
    if (stalled.signal.aborted) throw new BrokenOff(`nothing came for ${order.stallMs / 1000} s`);
    throw error instanceof SentinelError ? error : asBrokenOff(error);
  } finally {
    cancel();
  }
}

/** At which byte of the file the answer begins. */
function startOf({ status, header }: GuardedAnswer, from: number, { bytes, exact = true }: Download): number {
  // The part is longer than the file: it begins anew.
  if (status === 416) return 0;
  if (status !== 200 && status !== 206) throw refusal(status);
  if ((header('content-encoding') ?? 'identity') !== 'identity') throw otherFile('a packed file');
  const [, first, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(header('content-range') ?? '') ?? [];
  if (status === 206 && Number(first) !== from) throw otherFile('another part than the one asked for');
  const whole = status === 206 ? size : header('content-length');
  const fits = exact ? Number(whole) === bytes : Number(whole) <= bytes;
  if (whole !== undefined && !fits) throw otherFile(`a file of ${whole} bytes`, bytes);
  return status === 206 ? from : 0;
}

async function write(
  { status, body, header }: GuardedAnswer,
  start: number,
  { part, bytes, exact = true, onProgress }: Download,
  alive: () => void,
  signal: AbortSignal,
): Promise<void> {
  const file = await open(part, start === 0 ? 'w' : 'r+');
  try {
    if (status === 416) throw new BrokenOff('the server cannot go on where it ended');
    const end = await pour(body, file, start, bytes, (there) => {
      alive();
      onProgress(there);
      signal.throwIfAborted();
    });
    await file.sync();
    const whole = exact ? bytes : Number(header('content-length') ?? end);
    if (end < whole) throw new BrokenOff(`the connection ended after ${end} of ${whole} bytes`);
  } finally {
    await file.close();
  }
}

async function pour(
  body: Readable,
  file: FileHandle,
  start: number,
  bytes: number,
  onProgress: (there: number) => void,
): Promise<number> {
  let there = start;
  for await (const piece of body as AsyncIterable<Buffer>) {
    if (there + piece.length > bytes) {
      await file.truncate(0);
      throw otherFile(`more than ${bytes} bytes`);
    }
    await file.write(piece, 0, piece.length, there);
    there += piece.length;
    onProgress(there);
  }
  return there;
}

function refusal(status: number): Error {
  const passing = status === 408 || status === 429 || status >= 500;
  return passing
    ? new BrokenOff(`the server answers with HTTP ${status}`)
    : new SentinelError('ES_DOWNLOAD_FAILED', `The server answers with HTTP ${status}.`);
}

function otherFile(what: string, bytes?: number): SentinelError {
  const expected = bytes === undefined ? '' : `, not of ${bytes}`;
  return new SentinelError('ES_DOWNLOAD_FAILED', `The server sends ${what}${expected}: it is another file.`);
}

const local: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full.',
  EDQUOT: 'The disk quota is used up.',
  EACCES: 'The folder of the models may not be written.',
  EPERM: 'The folder of the models may not be written.',
  EROFS: 'The folder of the models cannot be written: its disk is read-only.',
};
const remote: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name of the server is not known here',
  EAI_AGAIN: 'names cannot be looked up',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  ETIMEDOUT: 'the server does not answer',
  ENETUNREACH: 'there is no way to the network',
  EHOSTUNREACH: 'there is no way to the server',
};

function asBrokenOff(error: unknown): Error {
  const { code = '', message, cause } = error as NodeJS.ErrnoException;
  if (cause instanceof SentinelError) return cause;
  const words = local[code];
  if (words !== undefined) return new SentinelError('ES_DOWNLOAD_FAILED', words, { cause: error });
  return new BrokenOff(remote[code] ?? message, { cause: error });
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch(() => undefined);
  return found?.size ?? 0;
}
