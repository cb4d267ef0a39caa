import { createWriteStream, type WriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';
import type { Clock } from '../../contracts/ports.ts';
import { trainingLimits, type TrainingPort } from '../../contracts/training.ts';
import { Problem } from '../problem.ts';
import { readUpload, type FileTaker } from './upload.ts';

/** Node.js itself ends a request after five minutes. */
const totalMs = 290_000;
const otherBytes = 64 * 1024;
/** Bytes a second, on the average: there is one place only, and who sends slower would hold it for all others. */
const leastRate = 16 * 1024;
/** What else is written meanwhile takes room, too: it is looked at again after so many bytes. */
const lookAgainBytes = 16 * 1024 * 1024;
/** How a zip file begins: with an entry, or with its end where it has none. */
const beginnings: readonly string[] = ['504b0304', '504b0506'];
const headBytes = 4;

/**
 * Reads a zip file to where trainings take it from. Whatever goes wrong, nothing of it stays.
 * @returns its absolute path.
 * @throws Problem 400, 408, 413, 415, 422, 507; SentinelError ES_TRAINING_BUSY, ES_DISK_FULL
 */
export async function readZipUpload(
  request: IncomingMessage,
  { training, clock }: { training: Pick<TrainingPort, 'newUpload' | 'assertRoom'>; clock: Clock },
): Promise<string> {
  const announced = Number(request.headers['content-length'] ?? 0);
  // Who does not say how much there is may bring as much as is allowed.
  const path = await training.newUpload(announced > 0 ? Math.min(announced, trainingLimits.zipBytes) : undefined);
  const file = new FileOnDisk(path, () => training.assertRoom());
  const limits = { bytes: trainingLimits.zipBytes + otherBytes, totalMs, leastRate };
  try {
    await readUpload(request, file, { limits, clock });
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
  #lookAt = lookAgainBytes;
  readonly #assertRoom: () => Promise<void>;
  #drained: PromiseWithResolvers<undefined> | undefined;

  /** @param assertRoom @throws SentinelError ES_DISK_FULL */
  constructor(path: string, assertRoom: () => Promise<void>) {
    this.#path = path;
    this.#assertRoom = assertRoom;
  }

  begin(): void {
    // Only ours to read, and never over something that is there.
    this.#stream = createWriteStream(this.#path, { flags: 'wx', mode: 0o600 });
    const stream = this.#stream;
    stream.on('error', (error) => {
      this.#failure ??= error;
      this.#drained?.reject(noDisk(error));
    });
    stream.on('drain', () => {
      this.#drained?.resolve(undefined);
    });
    // One that was destroyed never drains.
    stream.on('close', () => {
      this.#drained?.reject(noDisk(this.#failure));
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
    if (this.#failure !== undefined) throw noDisk(this.#failure);
    if (this.#length >= this.#lookAt) {
      this.#lookAt = this.#length + lookAgainBytes;
      return this.#assertRoom();
    }
    if (this.#stream?.writableNeedDrain !== true) return undefined;
    this.#drained = Promise.withResolvers<undefined>();
    return this.#drained.promise;
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

function noDisk(cause: unknown): Problem {
  return new Problem(507, 'The file cannot be written: the disk is full, or not there.', { cause });
}
