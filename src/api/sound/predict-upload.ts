import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../contracts/ports.ts';
import { predictLimits } from '../../contracts/prediction.ts';
import { soundFormatOf, soundFormats } from '../../pcm/sound-format.ts';
import { Problem } from '../problem.ts';
import { readUpload, type FileTaker } from './upload.ts';

/** Of all uploads that are being read or heard. */
const mostOfAll = { memory: 160 * 1024 * 1024, uploads: 400 };
/** Of one account: nobody who sends slowly keeps the others from it. */
const mostOfAccount = { memory: mostOfAll.memory / 2, uploads: mostOfAll.uploads / 2 };
/** Other parts of the body, and boundaries. */
const otherBytes = 64 * 1024;
const totalMs = 120_000;
/** Bytes a second: half of what a telephone line carries. Who sends slower would hold a place of others. */
const leastRate = 4 * 1024;
/** As many of its first bytes tell its format. */
const headBytes = 16;
/** What a file gets at first when nobody says how large it is, or says much. */
const firstBytes = 256 * 1024;

/** What is taken at present. */
interface Held {
  uploads: number;
  memory: number;
}

/** Reads sound files into memory, of which there is so much for all of them. */
export class PredictUploads {
  readonly #clock: Clock;
  readonly #all: Held = { uploads: 0, memory: 0 };
  readonly #accounts = new Map<string, Held>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * @param account Of whom; callers without one are each their own.
   * @param use What is done with the file; until it is done, its memory counts.
   * @throws Problem 400, 408, 413, 415, 422, 429; what `use` throws
   */
  async take<T>(request: IncomingMessage, account: string | undefined, use: (file: Buffer) => Promise<T>): Promise<T> {
    const own = (account === undefined ? undefined : this.#accounts.get(account)) ?? { uploads: 0, memory: 0 };
    if (account !== undefined) this.#accounts.set(account, own);
    const fits = (bytes: number): boolean =>
      this.#all.memory + bytes <= mostOfAll.memory && own.memory + bytes <= mostOfAccount.memory;
    const hold = (uploads: number, memory: number): void => {
      for (const held of [this.#all, own]) {
        held.uploads += uploads;
        held.memory += memory;
      }
    };
    const announced = Number(request.headers['content-length'] ?? 0);
    let mine = 0;
    const file = new FileInMemory(Math.min(announced, firstBytes), (bytes) => {
      if (!fits(bytes)) throw busy();
      mine += bytes;
      hold(0, bytes);
    });
    hold(1, 0);
    try {
      const hasPlace = this.#all.uploads <= mostOfAll.uploads && own.uploads <= mostOfAccount.uploads;
      const isWelcome = hasPlace && fits(Math.min(announced, predictLimits.bytes));
      const limits = { bytes: predictLimits.bytes + otherBytes, totalMs, leastRate };
      await readUpload(request, isWelcome ? file : refusing, { limits, clock: this.#clock });
      return await use(file.whole());
    } finally {
      hold(-1, -mine);
      if (account !== undefined && own.uploads === 0) this.#accounts.delete(account);
    }
  }
}

/** One piece of memory that grows: the network may bring a file in a million pieces. */
class FileInMemory implements FileTaker {
  readonly #reserve: (bytes: number) => void;
  readonly #first: number;
  #bytes = Buffer.alloc(0);
  #length = 0;
  #isKnown = false;

  /** @param reserve Told of every piece of memory before it is taken. */
  constructor(first: number, reserve: (bytes: number) => void) {
    this.#first = Math.max(first, headBytes);
    this.#reserve = reserve;
  }

  begin(): void {
    // Its bytes say everything.
  }

  take(piece: Buffer): void {
    const length = this.#length + piece.length;
    if (length > predictLimits.bytes) throw tooLarge();
    if (length > this.#bytes.length) this.#grow(length);
    piece.copy(this.#bytes, this.#length);
    this.#length = length;
    if (!this.#isKnown && length >= headBytes) this.#assertFormat();
  }

  /** @throws Problem 415, 422 */
  whole(): Buffer {
    if (this.#length === 0) throw new Problem(422, 'The file is empty.');
    if (!this.#isKnown) this.#assertFormat();
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(least: number): void {
    const size = Math.min(predictLimits.bytes, Math.max(this.#first, least, 2 * this.#bytes.length));
    this.#reserve(size - this.#bytes.length);
    const larger = Buffer.allocUnsafe(size);
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }

  #assertFormat(): void {
    if (soundFormatOf(this.#bytes.subarray(0, Math.min(this.#length, headBytes))) === undefined) {
      throw new Problem(415, `The bytes of the file are of none of the formats ${soundFormats.join(', ')}.`);
    }
    this.#isKnown = true;
  }
}

const refusing: FileTaker = {
  begin: () => {
    throw busy();
  },
  take: () => undefined,
};

function tooLarge(): Problem {
  return new Problem(413, `The file is larger than ${predictLimits.bytes / 2 ** 20} MB.`);
}

function busy(): Problem {
  return new Problem(429, 'So many sound files are being heard that no more is taken.', {
    headers: { 'Retry-After': '2' },
  });
}
