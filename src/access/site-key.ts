import { join } from 'node:path';
import { SentinelError } from '../contracts/errors.ts';
import { DamagedKey, KeyFile } from '../database/key-file.ts';

/**
 * The secret of a site that signs its JWTs: a file of its data folder that its owner alone can read. It is made with the first account, so
 * that its absence says without a look into the database that there are no accounts.
 */
export class SiteKey {
  readonly #file: KeyFile;
  #key: Promise<Buffer> | undefined;

  constructor(folder: string) {
    this.#file = new KeyFile(join(folder, 'access.key'));
  }

  get exists(): boolean {
    return this.#file.exists;
  }

  /** The key, made if there is none. @throws SentinelError ES_ACCOUNT when the file cannot be read or written. */
  async get(): Promise<Buffer> {
    this.#key ??= this.#file.readOrMake();
    try {
      return await this.#key;
    } catch (error) {
      this.#key = undefined;
      throw unusable(error);
    }
  }
}

function unusable(cause: unknown): SentinelError {
  if (cause instanceof DamagedKey) {
    return new SentinelError('ES_ACCOUNT', 'The file access.key of the data folder is damaged.', {
      hint: 'Delete it: a new one is made, and programs fetch new access tokens.',
    });
  }
  return new SentinelError('ES_ACCOUNT', 'The file access.key of the data folder cannot be read or written.', {
    cause,
  });
}
