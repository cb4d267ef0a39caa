import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { crc32, inflateRawSync } from 'node:zlib';
import { SentinelError } from '../../../contracts/errors.ts';
import { readDirectory, type ZipEntry } from './zip-directory.ts';
import type { RefusedFile } from '../../../contracts/training.ts';
import { shown } from '../../../onnx-format/shown.ts';

/** What a zip may hold. */
export interface ZipLimits {
  zipBytes: number;
  entries: number;
  /** Of all files together, unpacked. */
  unpackedBytes: number;
  /** Of one file. */
  fileBytes: number;
  /** Unpacked bytes to packed ones, of one file. */
  ratio: number;
}

const localSignature = 0x04034b50;
const localBytes = 30;
const endSignature = 0x06054b50;
const endBytes = 22;
const longestComment = 0xffff;
const stored = 0;
/** Of Windows, which has no such links and pipes, there are no such flags. */
const { O_NOFOLLOW, O_NONBLOCK } = constants as Partial<typeof constants>;
const readOnly = constants.O_RDONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0);

/**
 * Reads a zip file of a stranger. Its list of files is checked as a whole before anything is unpacked: names that lead
 * elsewhere, encryption, files that share bytes and sizes that cannot be are no accidents, so such a zip is refused. A
 * file that merely is of no use is refused alone. Nothing is written, and no name of the zip ever becomes a path.
 * Blocks its thread; belongs into a worker.
 */
export class ZipArchive {
  readonly entries: readonly ZipEntry[];
  /** Files of no use: links, archives in the archive, too large, doubles. */
  readonly refusals: readonly RefusedFile[];
  readonly #descriptor: number;
  readonly #end: number;

  /** @throws SentinelError ES_ARCHIVE_INVALID */
  constructor(file: string, limits: ZipLimits) {
    this.#descriptor = openSync(file, readOnly);
    try {
      // A pipe would be waited for without end.
      if (!fstatSync(this.#descriptor).isFile()) throw refused('it is no file');
      const { directory, start, count } = this.#findDirectory(limits);
      const { entries, refusals } = readDirectory(directory, count, limits);
      assertApart(entries, start);
      this.entries = entries;
      this.refusals = refusals;
      this.#end = start;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Unpacks one file into memory. @throws SentinelError ES_ARCHIVE_INVALID when it is damaged or lies about its size */
  read(entry: ZipEntry): Buffer {
    const { name, at, method, packedBytes, bytes } = entry;
    const head = this.#bytes(at, localBytes);
    const start = at + localBytes + head.readUInt16LE(26) + head.readUInt16LE(28);
    if (head.readUInt32LE(0) !== localSignature || start + packedBytes > this.#end) throw broken(name);
    const packed = this.#bytes(start, packedBytes);
    const unpacked = method === stored ? packed : inflate(packed, bytes, name);
    if (unpacked.length !== bytes || crc32(unpacked) !== entry.crc) throw broken(name);
    return unpacked;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #findDirectory(limits: ZipLimits): { directory: Buffer; start: number; count: number } {
    const { size } = fstatSync(this.#descriptor);
    if (size > limits.zipBytes) throw refused(`it has ${megabytes(size)}; ${megabytes(limits.zipBytes)} are allowed`);
    const tail = this.#bytes(Math.max(0, size - endBytes - longestComment), Math.min(size, endBytes + longestComment));
    const at = endOf(tail);
    if (at === undefined) throw refused('it has no list of files: it is no zip, or was cut off');
    const [disk, firstDisk] = [tail.readUInt16LE(at + 4), tail.readUInt16LE(at + 6)];
    const [here, count] = [tail.readUInt16LE(at + 8), tail.readUInt16LE(at + 10)];
    const [bytes, start] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)];
    if (count === 0xffff || bytes === 0xffffffff || start === 0xffffffff) {
      throw refused(`it says that it has more than ${limits.entries} files or 4 GB (zip64)`);
    }
    if (disk !== 0 || firstDisk !== 0 || here !== count) throw refused('it is a part of several');
    if (count > limits.entries) throw refused(`it has ${count} files; ${limits.entries} are allowed`);
    // What lies between list and end would be read differently by other programs.
    if (start + bytes !== size - tail.length + at) throw refused('its list of files is not where it says');
    return { directory: this.#bytes(start, bytes), start, count };
  }

  #bytes(at: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    let read = 0;
    while (read < length) {
      const count = readSync(this.#descriptor, bytes, read, length - read, at + read);
      if (count === 0) throw refused('it was cut off');
      read += count;
    }
    return bytes;
  }
}

/** The last record that ends, comment included, where the file does. */
function endOf(tail: Buffer): number | undefined {
  for (let at = tail.length - endBytes; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) === endSignature && at + endBytes + tail.readUInt16LE(at + 20) === tail.length) return at;
  }
  return undefined;
}

/** Files that share bytes make a small zip unpack to any size. */
function assertApart(entries: readonly ZipEntry[], end: number): void {
  let free = 0;
  for (const { at, name, packedBytes, nameBytes } of entries.toSorted((a, b) => a.at - b.at)) {
    if (at < free) throw refused('files in it share bytes, as in a zip that is made to fill a disk');
    free = at + localBytes + nameBytes + packedBytes;
    if (free > end) throw broken(name);
  }
}

function inflate(packed: Buffer, bytes: number, name: string): Buffer {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, bytes) });
  } catch {
    throw broken(name);
  }
}

function broken(name: string): SentinelError {
  return refused(`the file "${shown(name, 100)}" in it is damaged, or larger than it says`);
}

function refused(why: string): SentinelError {
  return new SentinelError('ES_ARCHIVE_INVALID', `The zip file cannot be used: ${why}.`);
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}
