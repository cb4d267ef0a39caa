import type { DetectedObject, Detections } from '../contracts/messages.ts';
import type { Clock, Log, Metrics, Picture } from '../contracts/ports.ts';
import { LatestSlots } from '../inference/latest-slots.ts';
import type { ModelFor } from '../inference/model-description.ts';
import { WorkerHost } from '../inference/worker-host.ts';
import { workerFile } from '../process/package-files.ts';
import type { DetectionReply, DetectionRequest } from './detection.ts';
import { decodeForCanvas } from './encoded-picture.ts';
import { placementFor } from './picture-input.ts';

export interface DetectorOptions {
  model: ModelFor<'detection'>;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

export interface DetectionJob {
  /** Drops are counted per source. */
  source: string;
  /** Waiting place, any value: a newer picture takes the place of the waiting one. Slots take turns. */
  slot: unknown;
  /** Its bytes are copied into the worker and stay the caller's; they must not change until the outcome. */
  picture: Picture;
  /** A picture that waited longer than this when its turn comes is dropped. */
  maxWaitMs: number;
  /** Lowest score of an object, 0..1. */
  threshold: number;
  /** Classes that count; empty means all. */
  labels: ReadonlySet<string>;
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
      timings: Detections['timings'];
    };

interface Waiting {
  job: DetectionJob;
  since: number;
  resolve: (outcome: DetectionOutcome) => void;
  reject: (error: unknown) => void;
}

/**
 * Finds objects in pictures of many sources with one model in one worker thread, one picture at a time: always the
 * newest of a source, and the sources in turn.
 */
export class Detector {
  readonly #options: DetectorOptions;
  readonly #worker: WorkerHost<DetectionRequest, DetectionReply>;
  readonly #slots = new LatestSlots<Waiting>();
  readonly #stale = new Map<string, number>();
  #busy = false;
  #closed = false;
  #backend: string | undefined;
  #saidUnusable = false;

  constructor(options: DetectorOptions) {
    this.#options = options;
    const { model, clock, log } = options;
    this.#worker = new WorkerHost({ name: 'vision', file: workerFile('vision'), data: model, clock, log });
  }

  /**
   * @throws SentinelError ES_IMAGE_INVALID, ES_RUNTIME_MISSING, ES_MODEL_MISSING, ES_MODEL_INVALID, ES_MODEL_FAILED,
   * ES_WORKER_LOST
   */
  detect(job: DetectionJob): Promise<DetectionOutcome> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        resolve({ dropped: true });
        return;
      }
      const displaced = this.#slots.put(job.slot, { job, since: this.#options.clock.monotonic(), resolve, reject });
      if (displaced !== undefined) this.#drop(displaced, 'superseded');
      this.#next();
    });
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

  /** Pictures of a source dropped so far: superseded, or too old when their turn came. */
  staleFrames(source: string): number {
    return this.#stale.get(source) ?? 0;
  }

  /** Drops what waits, lets the running picture finish, and ends the worker. */
  async close(): Promise<void> {
    this.#closed = true;
    for (let waiting = this.#slots.take(); waiting !== undefined; waiting = this.#slots.take()) {
      waiting.resolve({ dropped: true });
    }
    await this.#worker.close();
  }

  #next(): void {
    if (this.#busy) return;
    const waiting = this.#takeFresh();
    if (waiting === undefined) return;
    this.#busy = true;
    void this.#run(waiting)
      .then(waiting.resolve, waiting.reject)
      .finally(() => {
        this.#busy = false;
        this.#next();
      });
  }

  #takeFresh(): Waiting | undefined {
    for (let taken = this.#slots.take(); taken !== undefined; taken = this.#slots.take()) {
      if (this.#options.clock.monotonic() - taken.since <= taken.job.maxWaitMs) return taken;
      this.#drop(taken, 'too-old');
    }
    return undefined;
  }

  #drop(waiting: Waiting, reason: 'superseded' | 'too-old'): void {
    const { source } = waiting.job;
    this.#stale.set(source, this.staleFrames(source) + 1);
    this.#options.metrics.count('frames_dropped_total', { source, reason });
    waiting.resolve({ dropped: true });
  }

  async #run({ job, since }: Waiting): Promise<DetectionOutcome> {
    const { model, clock, metrics } = this.#options;
    const waitMs = clock.monotonic() - since;
    const { picture, threshold, labels } = job;
    const bytes = new Uint8Array(picture.bytes);
    const request = { picture: { ...picture, bytes }, threshold, labels };
    const { objects, unusable, width, height, backend, timings } = await this.#worker.request(request, [bytes.buffer]);
    metrics.count('frames_analysed_total', { source: job.source });
    metrics.observe('vision_infer_seconds', timings.inferenceMs / 1000, { model: model.id });
    this.#say(backend);
    if (unusable > 0) this.#sayUnusable(unusable);
    return { dropped: false, objects, width, height, model: model.id, backend, timings: { waitMs, ...timings } };
  }

  #say(backend: string): void {
    if (backend === this.#backend) return;
    this.#backend = backend;
    this.#options.log.info(`The model ${this.#options.model.id} runs on ${backend}.`);
  }

  /** Once: it would be said with every picture. */
  #sayUnusable(count: number): void {
    if (this.#saidUnusable) return;
    this.#saidUnusable = true;
    const { log, model } = this.#options;
    log.warn(`The model ${model.id} gave ${count} scores or boxes that are no numbers; such are left out.`);
  }
}
