import type { DetectedObject, Detections } from '../contracts/messages.ts';
import type { Clock, Log, Metrics, Picture } from '../contracts/ports.ts';
import type { ExecutionProvider } from '../contracts/configs.ts';
import type { NoteModel } from '../contracts/register.ts';
import type { ModelFor } from '../inference/model-description.ts';
import type { Share, WorkerLane } from '../inference/worker-lane.ts';
import type { WorkerPool } from '../inference/worker-pool.ts';
import type { CropRequest, DetectionReply, DetectionRequest } from './detection.ts';
import { assertBounded, decodeForCanvas } from './encoded-picture.ts';
import { placementFor } from './picture-input.ts';
import { RecentSources } from '../confirmation/recent-sources.ts';

export interface DetectorOptions {
  model: ModelFor<'detection'>;
  /** What the model is wanted to run on; where that cannot be had, it runs on the CPU. */
  provider?: ExecutionProvider;
  pool: WorkerPool;
  noteModel?: NoteModel;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

export interface DetectionJob {
  /** Drops are counted per source. */
  source: string;
  /** Waiting place, any value: a newer picture takes the place of the waiting one. Slots take turns. */
  slot: unknown;
  /** Slots of different askers are different ones. */
  asker?: unknown;
  /** Its bytes are copied into the worker and stay the caller's; they must not change until the outcome. */
  picture: Picture;
  /** A picture that waited longer than this when its turn comes is dropped. */
  maxWaitMs: number;
  /** Lowest score of an object, 0..1. */
  threshold: number;
  /** Classes that count; empty means all. */
  labels: ReadonlySet<string>;
  /** Looked at again, closely, while nobody waits. */
  crops?: Omit<CropRequest, 'waiting'>;
}

/** `dropped`: a newer picture took its place, it grew too old, or the detector closed. */
export type DetectionOutcome =
  | { dropped: true }
  | {
      dropped: false;
      objects: DetectedObject[];
      /** Of the upright picture, in pixels. */
      width: number;
      height: number;
      model: string;
      backend: string;
      fallback?: string;
      /** Crops that were looked at. */
      crops: number;
      timings: Detections['timings'];
    };

/**
 * Finds objects in pictures of many sources with one model in the threads of a pool: always the newest picture of a
 * source, and the sources in turn.
 */
export class Detector {
  readonly #options: DetectorOptions;
  readonly #lane: WorkerLane<DetectionRequest, DetectionReply>;
  readonly #stale = new RecentSources(() => ({ frames: 0 }));
  #said: string | undefined;
  #saidUnusable = false;

  constructor(options: DetectorOptions) {
    this.#options = options;
    const { pool, model, provider = 'cpu' } = options;
    this.#lane = pool.lane({ model, provider });
  }

  /**
   * @throws SentinelError ES_IMAGE_INVALID, ES_RUNTIME_MISSING, ES_MODEL_MISSING, ES_MODEL_INVALID, ES_MODEL_FAILED,
   * ES_WORKER_LOST
   */
  async detect(job: DetectionJob): Promise<DetectionOutcome> {
    const { model, metrics, noteModel } = this.#options;
    const { source, slot, asker, maxWaitMs } = job;
    // It is copied on the main thread.
    assertBounded(job.picture.bytes);
    const outcome = await this.#lane.run({ place: [asker, slot], maxWaitMs, make: (share) => this.#order(job, share) });
    if (outcome.dropped !== false) {
      if (outcome.dropped !== 'closed') this.#count(source, outcome.dropped);
      return { dropped: true };
    }
    const { waitMs } = outcome;
    const { unusable, timings, ...reply } = outcome.reply;
    metrics.count('frames_analysed_total', { source });
    if (reply.crops > 0) metrics.count('crops_analysed_total', { source }, reply.crops);
    metrics.observe('vision_infer_seconds', timings.inferenceMs / 1000 / (1 + reply.crops), { model: model.id });
    const ran = this.#lane.ran('objects');
    if (ran !== undefined) noteModel?.(ran, source);
    this.#say(reply);
    if (unusable > 0) this.#sayUnusable(unusable);
    return { dropped: false, ...reply, model: model.id, timings: { waitMs, ...timings } };
  }

  /**
   * A JPEG or PNG as small as the model looks at it, and raw: its turn costs what a frame's does. Decoding happens beside
   * the worker, so however long it takes, the cameras do not wait.
   * @throws SentinelError ES_IMAGE_INVALID, ES_RUNTIME_MISSING
   */
  async prepare(picture: Picture): Promise<Picture> {
    if (picture.encoding !== 'jpeg') return picture;
    const { pixels } = await decodeForCanvas(picture.bytes, placementFor(this.#options.model));
    const { rgb, width, height } = pixels;
    return { bytes: Buffer.from(rgb.buffer, rgb.byteOffset, rgb.length), encoding: 'rgb24', width, height };
  }

  /** Counts a picture that a newer one of its source took the place of before it was handed in. */
  gaveWay(source: string): void {
    this.#count(source, 'superseded');
  }

  /** Pictures of a source dropped so far: superseded, or too old when their turn came. */
  staleFrames(source: string): number {
    return this.#stale.get(source)?.frames ?? 0;
  }

  /** Drops what waits, lets the running picture finish, and lets go of the model. */
  close(): Promise<void> {
    return this.#lane.close();
  }

  #count(source: string, reason: 'superseded' | 'too-old'): void {
    this.#stale.of(source).frames += 1;
    this.#options.metrics.count('frames_dropped_total', { source, reason });
  }

  #say({ backend, fallback }: Pick<DetectionReply, 'backend' | 'fallback'>): void {
    const { log, model } = this.#options;
    const said = `The model ${model.id} runs on ${backend}${fallback === undefined ? '' : `: ${fallback}`}.`;
    if (said === this.#said) return;
    this.#said = said;
    if (fallback === undefined) log.info(said);
    else log.warn(said);
  }

  /** Once: it would be said with every picture. */
  #sayUnusable(count: number): void {
    if (this.#saidUnusable) return;
    this.#saidUnusable = true;
    const { log, model } = this.#options;
    log.warn(`The model ${model.id} gave ${count} scores or boxes that are no numbers; such are left out.`);
  }

  /** The worker gets a copy: a buffer on a wire belongs to its message. */
  #order({ picture, threshold, labels, crops }: DetectionJob, share: Share): { request: DetectionRequest } {
    const closer = crops === undefined ? {} : { crops: { ...crops, waiting: this.#options.pool.waiting } };
    return { request: { picture: { ...picture, bytes: share(picture.bytes) }, threshold, labels, ...closer } };
  }
}
