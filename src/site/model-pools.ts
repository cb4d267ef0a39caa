import { availableParallelism } from 'node:os';
import type { Clock, Log } from '../contracts/ports.ts';
import { ModelTrials } from '../inference/model-trials.ts';
import { WorkerPool } from '../inference/worker-pool.ts';
import { workerFile } from '../process/package-files.ts';

export interface ModelPools {
  /** Pictures. */
  vision: WorkerPool;
  /** Sound: a thread of its own, so that a breaking pane never waits behind a slow picture. */
  audio: WorkerPool;
}

/** The threads in which the models of a Site run; none starts before it is needed. */
export function modelPools({ clock, log }: { clock: Clock; log: Log }): ModelPools {
  const pool = (name: 'vision' | 'audio', size: number): WorkerPool => {
    const file = workerFile(name);
    return new WorkerPool({ name, file, size, trials: new ModelTrials({ file, clock }), clock, log });
  };
  return { vision: pool('vision', visionThreads()), audio: pool('audio', 1) };
}

/** One core stays for everything else. ECHOSIGHT_VISION_THREADS sets another number. */
export function visionThreads(
  wanted = Number(process.env.ECHOSIGHT_VISION_THREADS),
  cores = availableParallelism(),
): number {
  return Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, cores) : Math.max(1, cores - 1);
}
