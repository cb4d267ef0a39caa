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
 * A pipe of our own for what a child puts out all day. From the pipes of a child process Node.js reads into 64 KB of fresh memory
 * each time; from this one it reads into the same memory again and again. With eight cameras in one Node-RED that spares the
 * garbage collector most of its work, the main loop its pauses and the heap its holes (`npm run -s bench -- ingest`).
 */
export class NamedPipe {
  readonly #readEnd: number;
  #writeEnd: number | undefined;
  #isRead = false;

  private constructor(path: string) {
    // The reader first, and without waiting: a writer would wait for it.
    this.#readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      this.#writeEnd = openSync(path, constants.O_WRONLY);
    } catch (error) {
      closeSync(this.#readEnd);
      throw error;
    }
  }

  /** @returns none where a system has no named pipes, or none for us: the child's own pipes do as well. */
  static async open(count: number): Promise<NamedPipe[]> {
    if (process.platform === 'win32') return [];
    const pipes: NamedPipe[] = [];
    let folder: string | undefined;
    try {
      folder = await mkdtemp(join(tmpdir(), 'echosight-pipe-'));
      const paths = Array.from({ length: count }, (_, index) => join(folder ?? '', `${index}`));
      await promisify(execFile)('mkfifo', ['-m', '600', ...paths], { timeout: 5000 });
      for (const path of paths) pipes.push(new NamedPipe(path));
      return pipes;
    } catch {
      for (const pipe of pipes) pipe.close();
      return [];
    } finally {
      // Both ends are open: nobody needs the names any more.
      if (folder !== undefined) await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
  }

  /**
   * Hands write ends to whoever starts a child with them, and lets go of them: each pipe ends with the child. `pipe` stands
   * for one that there is not.
   */
  static lend<T>(pipes: readonly (NamedPipe | undefined)[], start: (ends: (number | 'pipe')[]) => T): T {
    const ends = pipes.map((pipe) => (pipe === undefined ? 'pipe' : pipe.#takeWriteEnd()));
    try {
      return start(ends);
    } finally {
      for (const end of ends) if (end !== 'pipe') closeSync(end);
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

  #takeWriteEnd(): number {
    const end = this.#writeEnd;
    if (end === undefined) throw new RangeError('The write end of this pipe was lent before.');
    this.#writeEnd = undefined;
    return end;
  }
}
