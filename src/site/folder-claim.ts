import { SentinelError } from '../contracts/errors.ts';
import type { Log } from '../contracts/ports.ts';
import { lockFolder, type FolderLock } from '../database/folder-lock.ts';

/** A site's hold on its data folder. A folder that cannot be locked, as on a read-only disk, is used without, and tried again later. */
export class FolderClaim {
  readonly #folder: string;
  readonly #log: Log;
  #lock: FolderLock | undefined;
  #isWarned = false;

  /** @throws SentinelError ES_SITE_LOCKED when another process uses the folder. */
  constructor(folder: string, log: Log) {
    this.#folder = folder;
    this.#log = log;
    this.#take();
  }

  /**
   * Takes a folder that was away, or could not be locked before.
   * @throws SentinelError ES_SITE_LOCKED; ES_DATABASE when what was locked cannot be locked any more.
   */
  renew(): void {
    if (this.#lock === undefined) this.#take();
    else this.#lock.renew();
  }

  release(): void {
    this.#lock?.release();
  }

  #take(): void {
    try {
      this.#lock = lockFolder(this.#folder);
    } catch (error) {
      if (error instanceof SentinelError && error.name === 'ES_SITE_LOCKED') throw error;
      if (this.#isWarned) return;
      this.#isWarned = true;
      this.#log.warn(`The data folder cannot be locked (${String(error)}): make sure that only one Node-RED uses it.`);
    }
  }
}
