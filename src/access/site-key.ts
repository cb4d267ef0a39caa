import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SentinelError } from '../contracts/errors.ts';

const keyBytes = 32;

/**
 * The secret of a site that signs its JWTs: a file of its data folder that its owner alone can read. It is made with the first account, so
 * that its absence says without a look into the database that there are no accounts.
 */
export class SiteKey {
  readonly #folder: string;
  #key: Promise<Buffer> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get exists(): boolean {
    return existsSync(this.#file);
  }

  /** The key, made if there is none. @throws SentinelError ES_ACCOUNT when the file cannot be read or written. */
  async get(): Promise<Buffer> {
    this.#key ??= this.#readOrMake();
    try {
      return await this.#key;
    } catch (error) {
      this.#key = undefined;
      throw error;
    }
  }

  get #file(): string {
    return join(this.#folder, 'access.key');
  }

  async #readOrMake(): Promise<Buffer> {
    try {
      if (!this.exists) await this.#make();
      const key = Buffer.from((await readFile(this.#file, 'utf8')).trim(), 'base64url');
      if (key.length === keyBytes) return key;
    } catch (cause) {
      throw new SentinelError('ES_ACCOUNT', 'The file access.key of the data folder cannot be read or written.', {
        cause,
      });
    }
    throw new SentinelError('ES_ACCOUNT', 'The file access.key of the data folder is damaged.', {
      hint: 'Delete it: a new one is made, and programs fetch new access tokens.',
    });
  }

  /** Written beside it and linked to its name: whoever reads it finds a whole one, and of two that make one the first counts. */
  async #make(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
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
