import { createWriteStream, type WriteStream } from 'node:fs';
import { rm, statfs } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Clock } from '../../contracts/ports.ts';
import { trainingLimits } from '../../contracts/training.ts';
import { Problem } from '../problem.ts';
import { readUpload, type FileTaker } from './upload.ts';

/** Node.js itself ends a request after five minutes. */
const totalMs = 290_000;
const otherBytes = 64 * 1024;
/** What must stay free on the disk. */
const spareBytes = 64 * 1024 * 1024;
/** How a zip file begins: with an entry, or with its end where it has none. */
const beginnings: readonly string[] = ['504b0304', '504b0506'];
const headBytes = 4;

/**
 * Reads a zip file into a folder. Whatever goes wrong, nothing of it stays there.
 * @param name of the file in the folder.
 * @returns its absolute path.
 * @throws Problem 400, 408, 413, 415, 422, 507
 */
export async function readZipUpload(
  request: IncomingMessage,
  { folder, name, clock }: { folder: string; name: string; clock: Clock },
): Promise<string> {
  const announced = Number(request.headers['content-length'] ?? 0);
  await assertRoom(folder, Math.min(announced, trainingLimits.zipBytes));
  const path = join(folder, name);
  const file = new FileOnDisk(path);
  try {
    await readUpload(request, file, { limits: { bytes: trainingLimits.zipBytes + otherBytes, totalMs }, clock });
    await file.end();
    return path;
  } catch (error) {
    await file.discard();
    await rm(path, { force: true });
    throw error;
  }
}

class FileOnDisk implements FileTaker {
  readonly #path: string;
  #stream: WriteStream | undefined;
  #head = Buffer.alloc(0);
  #length = 0;
  #failure: Error | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  begin(): void {
    // Only ours to read, and never over something that is there.
    this.#stream = createWriteStream(this.#path, { flags: 'wx', mode: 0o600 });
    this.#stream.on('error', (error) => {
      this.#failure ??= error;
    });
  }

  take(bytes: Buffer): void {
    this.#length += bytes.length;
    if (this.#length > trainingLimits.zipBytes) {
      throw new Problem(413, `The zip file is larger than ${trainingLimits.zipBytes / 1e6} MB.`);
    }
    if (this.#head.length < headBytes) {
      this.#head = Buffer.concat([this.#head, bytes]).subarray(0, headBytes);
      if (this.#head.length === headBytes) this.#assertZip();
    }
    this.#stream?.write(bytes);
  }

  /** Nothing more is read while the disk is behind. */
  ready(): Promise<void> | undefined {
    const stream = this.#stream;
    if (this.#failure !== undefined) throw noDisk(this.#failure);
    if (stream?.writableNeedDrain !== true) return undefined;
    return new Promise((resolve, reject) => {
      stream.once('drain', resolve);
      stream.once('error', (error) => {
        reject(noDisk(error));
      });
    });
  }

  /** @throws Problem 415, 422, 507 */
  async end(): Promise<void> {
    if (this.#length === 0) throw new Problem(422, 'The file is empty.');
    this.#assertZip();
    const stream = this.#stream;
    if (stream === undefined) return;
    try {
      if (this.#failure !== undefined) throw this.#failure;
      stream.end();
      await finished(stream);
    } catch (error) {
      throw noDisk(error);
    }
  }

  async discard(): Promise<void> {
    const stream = this.#stream;
    if (stream === undefined || stream.closed) return;
    const closed = new Promise<void>((resolve) => stream.once('close', resolve));
    stream.destroy();
    await closed;
  }

  #assertZip(): void {
    if (!beginnings.includes(this.#head.toString('hex'))) throw new Problem(415, 'The file is no zip file.');
  }
}

async function assertRoom(folder: string, bytes: number): Promise<void> {
  const room = await statfs(folder).catch(() => undefined);
  if (room !== undefined && room.bavail * room.bsize < bytes + spareBytes) throw noDisk(undefined);
}

function noDisk(cause: unknown): Problem {
  return new Problem(507, 'The file cannot be written: the disk is full, or not there.', { cause });
}
