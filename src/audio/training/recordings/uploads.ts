import { mkdir, readdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SentinelError } from '../../../contracts/errors.ts';
import { trainingLimits } from '../../../contracts/training.ts';

export interface UploadsOptions {
  folder: string;
  newId: () => string;
  /** Bytes of the disk; undefined: nobody knows. */
  roomOf?: (folder: string) => Promise<Room | undefined>;
}

interface Room {
  free: number;
  total: number;
}

/** What must stay free for database and evidence: so much of the disk, and never more than so many bytes. */
const spare = { share: 0.05, bytes: 2e9 } as const;

/** Zip files that wait to be learnt from. */
export class Uploads {
  readonly #options: UploadsOptions;

  constructor(options: UploadsOptions) {
    this.#options = options;
  }

  /** An absolute path that is free, with room for so many bytes. @throws SentinelError ES_DISK_FULL */
  async newFile(bytes: number = trainingLimits.zipBytes): Promise<string> {
    const { folder, newId } = this.#options;
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
    } catch (cause) {
      throw full({ cause });
    }
    await this.assertRoom(bytes);
    return join(folder, `${newId()}.zip`);
  }

  /** @param bytes still to come. @throws SentinelError ES_DISK_FULL */
  async assertRoom(bytes = 0): Promise<void> {
    const { folder, roomOf = roomOnDisk } = this.#options;
    const room = await roomOf(folder);
    if (room === undefined) return;
    if (room.free - bytes < Math.min(spare.bytes, spare.share * room.total)) throw full();
  }

  /** Writes a zip file; whatever goes wrong, nothing of it stays. @throws SentinelError ES_DISK_FULL */
  async write(zip: Buffer): Promise<string> {
    const file = await this.newFile(zip.length);
    try {
      await writeFile(file, zip, { mode: 0o600, flag: 'wx' });
      return file;
    } catch (cause) {
      await rm(file, { force: true }).catch(() => undefined);
      throw full({ cause });
    }
  }

  /** Deletes what an earlier process left there. @param born Epoch milliseconds: younger ones may be about to be learnt from */
  async forgetLeftovers(born: number): Promise<void> {
    const { folder } = this.#options;
    for (const name of await readdir(folder).catch(() => [])) {
      const file = join(folder, name);
      const written = (await stat(file).catch(() => undefined))?.mtimeMs ?? Infinity;
      if (written < born) await rm(file, { force: true }).catch(() => undefined);
    }
  }
}

async function roomOnDisk(folder: string): Promise<Room | undefined> {
  const disk = await statfs(folder).catch(() => undefined);
  return disk && { free: disk.bavail * disk.bsize, total: disk.blocks * disk.bsize };
}

function full(options: { cause?: unknown } = {}): SentinelError {
  return new SentinelError('ES_DISK_FULL', 'The recordings cannot be written: the disk is full, or not there.', {
    hint: 'Make room on the disk of the data folder.',
    ...options,
  });
}
