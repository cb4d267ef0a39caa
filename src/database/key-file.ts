import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

const keyBytes = 32;

/** A file that is no key: it was damaged, or is another one. */
export class DamagedKey extends Error {}

/** A secret of 256 bits in a file of its own that its owner alone can read. */
export class KeyFile {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  get exists(): boolean {
    return existsSync(this.#file);
  }

  /** The key; undefined when there is none. @throws DamagedKey, and what the file system throws. */
  async read(): Promise<Buffer | undefined> {
    if (!this.exists) return undefined;
    const key = Buffer.from((await readFile(this.#file, 'utf8')).trim(), 'base64url');
    if (key.length !== keyBytes) throw new DamagedKey('This is no key.');
    return key;
  }

  /** The key, made if there is none. @throws as `read` */
  async readOrMake(): Promise<Buffer> {
    if (!this.exists) await this.#make();
    const key = await this.read();
    if (key === undefined) throw new DamagedKey('The key was removed meanwhile.');
    return key;
  }

  /** Written beside it and linked to its name: whoever reads it finds a whole one, and of two that make one the first counts. */
  async #make(): Promise<void> {
    await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
    const draft = `${this.#file}.${process.pid}.new`;
    const file = await open(draft, 'w', 0o600);
    try {
      await file.writeFile(`${randomBytes(keyBytes).toString('base64url')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    try {
      await link(draft, this.#file);
    } catch (error) {
      if (!this.exists) throw error;
    } finally {
      await rm(draft, { force: true });
    }
  }
}
