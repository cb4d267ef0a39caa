import { availableParallelism } from 'node:os';
import type { Clock, Log } from '../contracts/ports.ts';
import { ModelTrials } from '../inference/model-trials.ts';
import { WorkerPool } from '../inference/worker-pool.ts';
import { workerFile } from '../process/package-files.ts';

export interface ModelPools {
  /** Pictures. */
  vision: WorkerPool;
  /** Sound: threads of its own, so that a breaking pane never waits behind a slow picture. More than one only while clips are heard. */
  audio: WorkerPool;
  /** What users teach: a thread behind everything else, which lives as long as a training. */
  training: WorkerPool;
}

/** Each takes some 40 MB. */
const mostAudioThreads = 4;

/** The threads in which the models of a Site run; none starts before it is needed. */
export function modelPools({ clock, log }: { clock: Clock; log: Log }): ModelPools {
  const pool = (name: keyof ModelPools, size: number): WorkerPool => {
    const file = workerFile(name);
    return new WorkerPool({ name, file, size, trials: new ModelTrials({ file, clock }), clock, log });
  };
  return {
    vision: pool('vision', visionThreads()),
    audio: pool('audio', audioThreads()),
    training: pool('training', 1),
  };
}

/** One core stays for everything else. ECHOSIGHT_VISION_THREADS sets another number. */
export function visionThreads(
  wanted = Number(process.env.ECHOSIGHT_VISION_THREADS),
  cores = availableParallelism(),
): number {
  return Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, cores) : Math.max(1, cores - 1);
}

/** Live sound needs one; the others start when clips are brought to be heard. */
export function audioThreads(cores = availableParallelism()): number {
  return Math.max(1, Math.min(mostAudioThreads, cores));
}
