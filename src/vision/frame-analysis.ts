import { asSentinelError, SentinelError, type ErrorName } from '../contracts/errors.ts';
import type { Cue, DetectedObject, Detections, Frame } from '../contracts/messages.ts';
import type { Clock, Picture, SnapshotRenderer } from '../contracts/ports.ts';
import { SingleFile } from '../inference/single-file.ts';
import type { Detector } from './detector.ts';
import { FrameDifference } from './motion.ts';
import type { TrackerOptions } from './tracking/tracker.ts';
import { Tracking } from './tracking/tracking.ts';
import { placeInZones } from './zones.ts';

/** Share of coarse cells that must change before a picture counts as motion: sensor noise stays below, a person above. */
const motionShare = 0.01;

/** Faults of one picture; whatever else goes wrong is the detector's. */
const pictureFaults: ReadonlySet<ErrorName> = new Set<ErrorName>(['ES_IMAGE_INVALID', 'ES_BAD_INPUT']);

export interface FrameAnalysisOptions extends TrackerOptions {
  /** @throws when there is no usable model. */
  detector: () => Pick<Detector, 'detect' | 'prepare' | 'staleFrames'>;
  /** Whether it was told already that there is no usable model. */
  isDown?: boolean;
  renderer: SnapshotRenderer;
  clock: Clock;
  labels: ReadonlySet<string>;
  maxAgeMs: number;
  /** Annotated pictures a second and source; 0 for none. */
  previewRate: number;
}

export type FrameVerdict =
  | { outcome: 'dropped' }
  /** The cues say what the objects did in the zones. */
  | { outcome: 'detections'; detections: Detections; cues: Cue[]; preview: Buffer | undefined }
  /** Fail open: the cues say that nobody looks, and whether something moves all the same. `news`: it ran before. */
  | { outcome: 'down'; error: SentinelError; cues: Cue[]; news: boolean };

/** Where a picture waits, and what it belongs to. */
interface Place {
  slot: unknown;
  maxWaitMs: number;
  /** It belongs to no stream: nothing is followed in it. */
  isAlone: boolean;
  /** Seconds from the start of a recording that is played fast. */
  position?: number | undefined;
}

/** What detectron-infer does with one picture of a source: detect, follow, preview, and fall back to motion when the model is down. */
export class FrameAnalysis {
  readonly #options: FrameAnalysisOptions;
  readonly #motion = new FrameDifference();
  readonly #tracking: Tracking;
  readonly #previewed = new Map<string, number>();
  /** Pictures that belong to no stream: one at a time has a place beside the cameras, the others wait here. */
  readonly #alone = new SingleFile(tooMany);
  #down: boolean;

  constructor(options: FrameAnalysisOptions) {
    this.#options = options;
    this.#tracking = new Tracking(options);
    this.#down = options.isDown ?? false;
  }

  /** Whether something of a source is followed: then its next picture must be looked at, also when nothing moves. */
  isFollowing(source: string): boolean {
    return this.#tracking.isFollowing(source);
  }

  /**
   * @param position Seconds from the start of a recording that is played faster than it was made.
   * @throws SentinelError ES_IMAGE_INVALID when the picture cannot be used.
   */
  async analyse(frame: Frame, image: Buffer, position?: number): Promise<FrameVerdict> {
    const picture: Picture = { bytes: image, encoding: frame.encoding, width: frame.width, height: frame.height };
    try {
      const { source: slot } = frame;
      const place = { slot, maxWaitMs: this.#options.maxAgeMs, isAlone: false, position };
      const verdict = await this.#detect(frame, picture, picture, place);
      if (verdict.outcome === 'detections') this.#down = false;
      return verdict;
    } catch (thrown) {
      const error = asSentinelError(thrown, 'ES_MODEL_FAILED');
      if (pictureFaults.has(error.name)) throw error;
      const news = !this.#down;
      this.#down = true;
      return { outcome: 'down', error, cues: this.#failOpen(frame, picture), news };
    }
  }

  /**
   * One picture that belongs to no stream: it waits for its turn however long that takes.
   * @throws SentinelError whatever the detector or the picture is at fault for; ES_MODEL_FAILED when too many wait.
   */
  analyseAlone(frame: Frame, picture: Picture): Promise<Extract<FrameVerdict, { outcome: 'detections' }>> {
    return this.#alone.run(async () => {
      const small = await this.#options.detector().prepare(picture);
      const verdict = await this.#detect(frame, small, picture, { slot: this, maxWaitMs: Infinity, isAlone: true });
      if (verdict.outcome === 'dropped') throw tooMany();
      const { width, height } = picture;
      return { ...verdict, detections: { ...verdict.detections, width, height } };
    });
  }

  /** @param shown What the preview shows of the picture that is looked at. */
  async #detect(
    frame: Frame,
    picture: Picture,
    shown: Picture,
    { isAlone, position, ...place }: Place,
  ): Promise<Extract<FrameVerdict, { outcome: 'dropped' | 'detections' }>> {
    const { detector, threshold, labels } = this.#options;
    const { source } = frame;
    const running = detector();
    const lowest = isAlone ? threshold : this.#tracking.lowestScore;
    const result = await running.detect({ source, ...place, asker: this, picture, threshold: lowest, labels });
    if (result.dropped) return { outcome: 'dropped' };
    const placed = placeInZones(result.objects, frame.zones ?? []).objects;
    const { objects, cues } = isAlone
      ? { objects: placed, cues: [] }
      : this.#tracking.update({ ...frame, width: result.width, height: result.height }, placed, position);
    const isStrong = ({ score }: DetectedObject): boolean => score >= threshold;
    const ignored = result.objects.filter(isStrong).length - placed.filter(isStrong).length;
    const detections: Detections = {
      ...identity(frame),
      kind: 'detections',
      seq: frame.seq,
      width: result.width,
      height: result.height,
      encoding: frame.encoding,
      objects,
      ...(ignored === 0 ? {} : { ignored }),
      model: result.model,
      backend: result.backend,
      ...(result.fallback === undefined ? {} : { fallback: result.fallback }),
      timings: result.timings,
      staleFrames: running.staleFrames(source),
    };
    return { outcome: 'detections', detections, cues, preview: await this.#preview(detections, shown, place.slot) };
  }

  async #preview(detections: Detections, picture: Picture, slot: unknown): Promise<Buffer | undefined> {
    const { previewRate, renderer, clock } = this.#options;
    if (previewRate === 0) return undefined;
    const now = clock.monotonic();
    const last = slot === detections.source ? this.#previewed.get(detections.source) : undefined;
    if (last !== undefined && now - last < 1000 / previewRate) return undefined;
    if (slot === detections.source) this.#previewed.set(detections.source, now);
    return await renderer.jpeg(picture, detections.objects);
  }

  #failOpen(frame: Frame, picture: Picture): Cue[] {
    const cue = (name: string, score: number, features: Cue['features']): Cue => ({
      ...identity(frame),
      kind: 'cue',
      cue: name,
      score,
      features,
    });
    const changed = picture.encoding === 'rgb24' ? this.#motion.score(frame.source, picture) : 0;
    const down = cue('detector-down', 1, {});
    return changed < motionShare ? [down] : [down, cue('motion', Math.min(1, changed * 5), { changedShare: changed })];
  }
}

function tooMany(): SentinelError {
  return new SentinelError('ES_MODEL_FAILED', 'Too many pictures wait to be looked at; this one was not.', {
    hint: 'Send fewer at a time, or wait for each answer.',
  });
}

function identity(frame: Frame) {
  const { v, site, area, source, capturedAt } = frame;
  return { v, site, area, source, capturedAt };
}
