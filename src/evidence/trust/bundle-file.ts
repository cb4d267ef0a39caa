import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { SentinelError } from '../../contracts/errors.ts';

/** A bundle has a few files for each of its incidents. */
const mostEntries = 200_000;
/** An incident with a thousand signals is far smaller. */
const largestText = 64 * 1024 * 1024;

/** A zip file of a stranger, read file by file; nothing is unpacked to the disk. */
export class BundleFile {
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#zip = zip;
    this.#entries = entries;
  }

  /** @throws SentinelError ES_ARCHIVE_INVALID for what is no zip file, or has two files of one name */
  static async open(path: string): Promise<BundleFile> {
    const zip = await openPromise(path, { lazyEntries: true, autoClose: false, strictFileNames: true }).catch(
      (cause: unknown) => {
        throw invalid(cause instanceof Error ? cause.message : String(cause));
      },
    );
    try {
      if (zip.entryCount > mostEntries) throw invalid('it holds too many files');
      const entries = new Map<string, Entry>();
      for await (const entry of zip.eachEntry()) {
        if (entries.has(entry.fileName)) throw invalid('two of its files have the same name');
        entries.set(entry.fileName, entry);
      }
      return new BundleFile(zip, entries);
    } catch (error) {
      zip.close();
      throw error instanceof SentinelError ? error : invalid(error instanceof Error ? error.message : String(error));
    }
  }

  get names(): string[] {
    return [...this.#entries.keys()];
  }

  close(): void {
    this.#zip.close();
  }

  /** @throws SentinelError ES_ARCHIVE_INVALID */
  async text(name: string): Promise<string> {
    const entry = this.#entry(name);
    if (entry.uncompressedSize > largestText) throw invalid(`${name} is too large`);
    const parts: Buffer[] = [];
    for await (const part of await this.stream(name)) parts.push(part as Buffer);
    return Buffer.concat(parts).toString('utf8');
  }

  /** @throws SentinelError ES_ARCHIVE_INVALID */
  async stream(name: string): Promise<Readable> {
    return await this.#zip.openReadStreamPromise(this.#entry(name)).catch((cause: unknown) => {
      throw invalid(cause instanceof Error ? cause.message : String(cause));
    });
  }

  /** SHA-256, hex; undefined when its bytes are no longer those of the zip file. */
  async digest(name: string): Promise<string | undefined> {
    const hash = createHash('sha256');
    try {
      for await (const part of await this.stream(name)) hash.update(part as Buffer);
      return hash.digest('hex');
    } catch {
      return undefined;
    }
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw invalid(`${name} is missing`);
    return entry;
  }
}

export function invalid(why: string): SentinelError {
  return new SentinelError('ES_ARCHIVE_INVALID', `This is no bundle of evidence: ${why}.`);
}
