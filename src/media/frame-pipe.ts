import { execFile } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** As much as a pipe holds on Linux. */
const chunkBytes = 65_536;

/**
 * A pipe of our own for the pictures of a camera. From the pipes of a child process Node.js reads every 64 KB into fresh memory;
 * from this one it reads into the same memory again and again. With eight cameras in one Node-RED that spares the garbage
 * collector about half of its work, and the main loop its pauses (`npm run -s bench -- ingest`).
 */
export class FramePipe {
  readonly #readEnd: number;
  #writeEnd: number | undefined;
  #isRead = false;

  private constructor(readEnd: number, writeEnd: number) {
    this.#readEnd = readEnd;
    this.#writeEnd = writeEnd;
  }

  /** @returns undefined where a system has no named pipes, or none for us: the child's own pipe does as well. */
  static async open(): Promise<FramePipe | undefined> {
    if (process.platform === 'win32') return undefined;
    let folder: string | undefined;
    try {
      folder = await mkdtemp(join(tmpdir(), 'echosight-pipe-'));
      const path = join(folder, 'frames');
      await promisify(execFile)('mkfifo', ['-m', '600', path], { timeout: 5000 });
      // The reader first, and without waiting: a writer would wait for it.
      const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      return new FramePipe(readEnd, openSync(path, constants.O_WRONLY));
    } catch {
      return undefined;
    } finally {
      // Both ends are open: nobody needs the name any more.
      if (folder !== undefined) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
  }

  /** Hands the write end to whoever starts a child with it, and lets go of it: the pipe ends with the child. */
  lend<T>(start: (descriptor: number) => T): T {
    const descriptor = this.#writeEnd;
    if (descriptor === undefined) throw new RangeError('The write end of this pipe was lent before.');
    this.#writeEnd = undefined;
    try {
      return start(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }

  /**
   * Reads to the end; never rejects.
   * @param take gets each chunk, which holds for the time of the call only
   */
  read(take: (chunk: Buffer) => void): Promise<void> {
    this.#isRead = true;
    const memory = Buffer.allocUnsafeSlow(chunkBytes);
    const callback = (count: number): boolean => {
      take(memory.subarray(0, count));
      return true;
    };
    const socket = new Socket({
      fd: this.#readEnd,
      readable: true,
      writable: false,
      onread: { buffer: memory, callback },
    });
    return new Promise((resolve) => {
      // A pipe that breaks says no more than the exit of the child.
      socket
        .on('error', () => undefined)
        .on('close', () => {
          resolve();
        });
      socket.resume();
    });
  }

  /** Closes what was neither lent nor read. */
  close(): void {
    if (this.#writeEnd !== undefined) closeSync(this.#writeEnd);
    this.#writeEnd = undefined;
    if (!this.#isRead) closeSync(this.#readEnd);
    this.#isRead = true;
  }
}
