import type { Box } from '../../contracts/messages.ts';
import type { Clock, Metrics, Picture } from '../../contracts/ports.ts';
import type { NoteModel } from '../../contracts/register.ts';
import type { ModelFor } from '../../inference/model-description.ts';
import type { Share, WorkerLane } from '../../inference/worker-lane.ts';
import type { WorkerPool } from '../../inference/worker-pool.ts';
import { decodeWithin } from '../encoded-picture.ts';
import type { RgbPixels } from '../model-canvas.ts';
import type { PoseReply, PoseRequest } from './pose-service.ts';

/** A JPEG or PNG is decoded no larger than this: a person that a detector finds has pixels enough then. */
const longestSide = 4096;

export interface PoseEstimatorOptions {
  model: ModelFor<'pose'>;
  pool: WorkerPool;
  noteModel?: NoteModel;
  clock: Clock;
  metrics: Metrics;
}

export interface PoseJob {
  /** Whose persons they are; absent in a trial. */
  source?: string;
  /** Waiting place, any values: a newer job takes the place of the waiting one. */
  place: readonly unknown[];
  /** Its bytes are copied into the worker and stay the caller's; they must not change until the outcome. */
  picture: Picture;
  /** Their boxes in 0..1 of the picture, the most urgent first. */
  persons: readonly Box[];
  /** A job that waited longer than this when its turn comes is dropped; one that runs takes no longer, but for one person. */
  limitMs: number;
  /** While other pictures wait, only the first person has a turn. */
  yields: boolean;
}

/** Finds the points of bodies with one model in the threads of a pool. It runs on the CPU. */
export class PoseEstimator {
  /** Stands in messages. */
  readonly modelId: string;
  readonly #options: PoseEstimatorOptions;
  readonly #lane: WorkerLane<PoseRequest, PoseReply>;

  constructor(options: PoseEstimatorOptions) {
    const { pool, model } = options;
    this.#options = options;
    this.modelId = model.id;
    this.#lane = pool.lane({ model, provider: 'cpu' });
  }

  /**
   * @returns undefined when it was dropped: superseded, too old when its turn came, or the estimator closed.
   * @throws SentinelError ES_IMAGE_INVALID, ES_RUNTIME_MISSING, ES_MODEL_MISSING, ES_MODEL_INVALID, ES_MODEL_FAILED,
   * ES_WORKER_LOST
   */
  async estimate({ source, place, picture, persons, limitMs, yields }: PoseJob): Promise<PoseReply | undefined> {
    const { clock, metrics, pool, noteModel } = this.#options;
    const since = clock.monotonic();
    const pixels = await pixelsOf(picture);
    const make = (share: Share) => {
      // The worker gets a copy: a buffer on a wire belongs to its message.
      const copy = { ...pixels, rgb: share(pixels.rgb) };
      const request = { picture: copy, persons, budgetMs: limitMs - (clock.monotonic() - since) };
      return { request: { ...request, ...(yields ? { waiting: pool.waiting } : {}) } };
    };
    const outcome = await this.#lane.run({ place, maxWaitMs: limitMs, make });
    if (outcome.dropped !== false) return undefined;
    const { poses, timings } = outcome.reply;
    const { cropMs, inferenceMs } = timings;
    if (poses.length > 0) {
      metrics.observe('pose_infer_seconds', (cropMs + inferenceMs) / 1000 / poses.length, { model: this.modelId });
      const ran = this.#lane.ran('pose');
      if (ran !== undefined && source !== undefined) noteModel?.(ran, source);
    }
    return outcome.reply;
  }

  /** Drops what waits, lets the running picture finish, and lets go of the model. */
  close(): Promise<void> {
    return this.#lane.close();
  }
}

/** Files are decoded beside the worker, so that nobody waits for that. */
async function pixelsOf({ bytes, encoding, width, height }: Picture): Promise<RgbPixels> {
  return encoding === 'jpeg' ? await decodeWithin(bytes, longestSide) : { rgb: bytes, width, height };
}
