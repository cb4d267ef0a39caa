import { stat } from 'node:fs/promises';
import type { Clock } from '../contracts/ports.ts';

const checkEveryMs = 10_000;

/**
 * Notices that a file was deleted or replaced while it is open: the system would let SQLite go on writing to the old
 * one, which nobody will ever read again.
 */
export class FileWatch {
  readonly #file: string;
  readonly #clock: Clock;
  readonly #onGone: () => void;
  #inode: bigint | undefined;
  #cancel: () => void = () => undefined;

  /** @param onGone called once per opened file. */
  constructor(file: string, clock: Clock, onGone: () => void) {
    this.#file = file;
    this.#clock = clock;
    this.#onGone = onGone;
  }

  /** Watches the file that has just been opened, and no earlier one. */
  async start(): Promise<void> {
    this.stop();
    this.#inode = await inodeOf(this.#file);
    this.#checkLater();
  }

  stop(): void {
    this.#cancel();
    this.#inode = undefined;
  }

  #checkLater(): void {
    this.#cancel = this.#clock.after(checkEveryMs, () => void this.#check());
  }

  async #check(): Promise<void> {
    const opened = this.#inode;
    const found = await inodeOf(this.#file);
    // Stopped or begun anew while the disk was asked.
    if (opened === undefined || opened !== this.#inode) return;
    if (found === opened || found === undefined) {
      this.#checkLater();
      return;
    }
    this.stop();
    this.#onGone();
  }
}

/** 0 when there is no such file; undefined when the system cannot tell, as on a network disk that is away. */
async function inodeOf(file: string): Promise<bigint | undefined> {
  try {
    return (await stat(file, { bigint: true })).ino;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 0n : undefined;
  }
}
