import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { HeadStore } from '../audio/training/head-store.ts';
import { Training } from '../audio/training/training.ts';
import { AudioClassifyConfig } from '../contracts/configs.ts';
import type { Clock, Log } from '../contracts/ports.ts';
import type { Database } from '../database/database.ts';
import { findModel } from '../inference/catalog.ts';
import type { ModelFor } from '../inference/model-description.ts';
import type { WorkerPool } from '../inference/worker-pool.ts';
import { soundFileDecoder } from '../media/sound-file.ts';

export interface SoundTrainingOptions {
  /** The data folder. */
  folder: string;
  database: () => Promise<Database>;
  pool: WorkerPool;
  newId: () => string;
  clock: Clock;
  log: Log;
}

/** Training by the user, and the heads that came of it, in a data folder. */
export function soundTraining({ folder, ...options }: SoundTrainingOptions): { training: Training; heads: HeadStore } {
  const heads = new HeadStore(join(folder, 'sound-heads'), hashOf);
  const decoder = soundFileDecoder(options.clock);
  const staging = join(folder, 'training');
  const training = new Training({ ...options, heads, decoder, folder: staging, findModel: soundModel });
  return { training, heads };
}

/** Without an id the one that audio-classify has when nobody chose another. */
function soundModel(id = Value.Create(AudioClassifyConfig).model): ModelFor<'sound'> {
  return findModel(id, 'sound');
}

async function hashOf(id: string): Promise<string | undefined> {
  try {
    const { sha256, file } = soundModel(id);
    if (sha256 !== undefined) return sha256;
    const hash = createHash('sha256');
    for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
    return hash.digest('hex');
  } catch {
    return undefined;
  }
}
