import { asSentinelError, SentinelError, type ErrorName } from '../contracts/errors.ts';
import type { Cue, DetectedObject, Detections, Frame } from '../contracts/messages.ts';
import type { Clock, Picture } from '../contracts/ports.ts';
import { sourceKey } from '../contracts/source-key.ts';
import { SingleFile } from '../inference/single-file.ts';
import type { Detector } from './detector.ts';
import { LookOrder } from './look-order.ts';
import { MotionGate, type Glance } from './motion/motion-gate.ts';
import { Poses, type PosesOptions } from './pose/poses.ts';
import type { TrackerOptions } from './tracking/tracker.ts';
import { Tracking } from './tracking/tracking.ts';
import { isWholeRaw } from './picture.ts';
import { placeInZones, takenZones } from './zones.ts';

/** Score of motion far away: 0 would say that it is over. */
const leastMotion = 0.05;

/** Faults of one picture; whatever else goes wrong is the detector's. */
const pictureFaults: ReadonlySet<ErrorName> = new Set<ErrorName>(['ES_IMAGE_INVALID', 'ES_BAD_INPUT']);

export interface FrameAnalysisOptions extends TrackerOptions {
  /** @throws when there is no usable model. */
  detector: () => Pick<Detector, 'detect' | 'prepare' | 'gaveWay' | 'staleFrames'>;
  /** Whether it was told already that there is no usable model. */
  isDown?: boolean;
  clock: Clock;
  labels: ReadonlySet<string>;
  maxAgeMs: number;
  /** Whether frames in which nothing moves are left alone. */
  gate: boolean;
  /** One of them is looked at all the same after so many seconds. */
  heartbeatSeconds: number;
  /** Parts of a frame that are looked at again, closely, at most. */
  crops: number;
  /** How poses of persons are found; absent: they are not. */
  pose?: Omit<PosesOptions, 'clock'> | undefined;
}

export type FrameVerdict =
  | { outcome: 'dropped' }
  /** Nothing moves and nothing is there: detections without objects, and no model was asked. */
  | { outcome: 'still'; detections: Detections; cues: Cue[] }
  /** The cues say what the objects did in the zones. */
  | { outcome: 'detections'; detections: Detections; cues: Cue[] }
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
  /** The picture as it came, where it was made smaller for the model. */
  whole?: Picture;
}

/** What detectron-infer does with one picture of a source: detect, follow, and fall back to motion when the model is down. */
export class FrameAnalysis {
  readonly #options: FrameAnalysisOptions;
  readonly #gate: MotionGate;
  readonly #tracking: Tracking;
  readonly #poses: Poses | undefined;
  readonly #order = new LookOrder();
  /** What looked last; nothing is taken for still before something has looked. */
  #looking: Pick<Detections, 'model' | 'backend' | 'fallback'> | undefined;
  /** Pictures that belong to no stream: one at a time has a place beside the cameras, the others wait here. */
  readonly #alone = new SingleFile(tooMany);
  #down: boolean;

  constructor(options: FrameAnalysisOptions) {
    this.#options = options;
    this.#tracking = new Tracking(options);
    this.#gate = new MotionGate({ ...options, isFollowing: (source) => this.#tracking.isFollowing(source) });
    const { pose, clock } = options;
    this.#poses = pose && new Poses({ ...pose, clock });
    this.#down = options.isDown ?? false;
  }

  /**
   * Of each source, what comes of its pictures comes in their order.
   * @param position Seconds from the start of a recording that is played faster than it was made.
   * @throws SentinelError ES_IMAGE_INVALID when the picture cannot be used.
   */
  async analyse(frame: Frame, image: Buffer, position?: number): Promise<FrameVerdict> {
    const picture: Picture = { bytes: image, encoding: frame.encoding, width: frame.width, height: frame.height };
    const camera = sourceKey(frame);
    const { clock, gate, maxAgeMs } = this.#options;
    const since = clock.monotonic();
    this.#order.arrived(camera);
    // What else comes is the detector's to refuse, or to decode: in files nothing is compared.
    let glance = isWholeRaw(picture) ? this.#gate.glance({ ...frame, source: camera }, picture, position) : undefined;
    if (glance !== undefined && glance.why === undefined && gate && !this.#down) {
      const before = this.#order.over(camera);
      if (before !== undefined) {
        if (!(await before)) return this.#giveWay(frame);
        glance = this.#gate.again(camera, glance);
      }
      const still = glance.why === undefined ? this.#still(frame) : undefined;
      if (still !== undefined) return still;
    }
    try {
      const maxWaitMs = maxAgeMs - (clock.monotonic() - since);
      const place = { slot: camera, maxWaitMs, isAlone: false, position };
      const verdict = await this.#order.look(camera, () => this.#detect(frame, picture, place, glance));
      if (verdict.outcome === 'detections') this.#down = false;
      return verdict;
    } catch (thrown) {
      const error = asSentinelError(thrown, 'ES_MODEL_FAILED');
      if (pictureFaults.has(error.name)) throw error;
      const news = !this.#down;
      this.#down = true;
      return { outcome: 'down', error, cues: this.#failOpen(frame, glance), news };
    }
  }

  /**
   * One picture that belongs to no stream: it waits for its turn however long that takes.
   * @throws SentinelError whatever the detector or the picture is at fault for; ES_MODEL_FAILED when too many wait.
   */
  analyseAlone(frame: Frame, picture: Picture): Promise<Extract<FrameVerdict, { outcome: 'detections' }>> {
    return this.#alone.run(async () => {
      const small = await this.#options.detector().prepare(picture);
      const verdict = await this.#detect(frame, small, {
        slot: this,
        maxWaitMs: Infinity,
        isAlone: true,
        whole: picture,
      });
      if (verdict.outcome === 'dropped') throw tooMany();
      const { width, height } = picture;
      return { ...verdict, detections: { ...verdict.detections, width, height } };
    });
  }

  async #detect(
    frame: Frame,
    picture: Picture,
    { isAlone, position, whole = picture, ...place }: Place,
    glance?: Glance,
  ): Promise<Extract<FrameVerdict, { outcome: 'dropped' | 'detections' }>> {
    const { detector, threshold, labels, crops: most } = this.#options;
    const { source } = frame;
    const camera = sourceKey(frame);
    const running = detector();
    const lowest = isAlone ? threshold : this.#tracking.lowestScore;
    const crops = glance && most > 0 ? { crops: { regions: glance.regions, most, threshold } } : {};
    const result = await running.detect({
      source,
      ...place,
      asker: this,
      picture,
      threshold: lowest,
      labels,
      ...crops,
    });
    if (result.dropped) {
      if (glance?.why !== undefined) this.#gate.missed(camera, glance.why);
      return { outcome: 'dropped' };
    }
    const placed = placeInZones(result.objects, frame.zones ?? []).objects;
    const { objects: followed, cues } = isAlone
      ? { objects: placed, cues: [] }
      : this.#tracking.update({ ...frame, width: result.width, height: result.height }, placed, position);
    const isStrong = ({ score }: DetectedObject): boolean => score >= threshold;
    const strong = placed.filter(isStrong);
    const ignored = result.objects.filter(isStrong).length - strong.length;
    if (glance !== undefined) this.#gate.found(camera, strong);
    const at = position === undefined ? frame.capturedAt : position * 1000;
    const pace = isAlone ? 'alone' : position === undefined ? 'live' : 'patient';
    const posed = await this.#poses?.add({ camera, source, picture: whole, objects: followed, at, pace });
    const { objects, pose } = posed ?? { objects: followed };
    const { model, backend, fallback } = result;
    const taken = takenZones(objects, frame.zones ?? []);
    this.#looking = { model, backend, ...(fallback === undefined ? {} : { fallback }) };
    const detections: Detections = {
      ...identity(frame),
      kind: 'detections',
      seq: frame.seq,
      width: result.width,
      height: result.height,
      encoding: frame.encoding,
      objects,
      ...(taken.length === 0 ? {} : { zones: taken }),
      ...(ignored === 0 ? {} : { ignored }),
      ...this.#looking,
      ...{ timings: result.timings, staleFrames: running.staleFrames(source) },
      ...(pose === undefined ? {} : { pose }),
      ...(glance === undefined
        ? {}
        : { gate: { look: glance.why ?? 'always', crops: result.crops, saved: this.#gate.saved(camera) } }),
    };
    return { outcome: 'detections', detections, cues };
  }

  #giveWay({ source }: Frame): FrameVerdict {
    this.#options.detector().gaveWay(source);
    return { outcome: 'dropped' };
  }

  /** Undefined: somebody has to look first. */
  #still(frame: Frame): Extract<FrameVerdict, { outcome: 'still' }> | undefined {
    if (this.#looking === undefined || this.#down) return undefined;
    const { source, seq, width, height, encoding } = frame;
    const detections: Detections = {
      ...identity(frame),
      kind: 'detections',
      ...{ seq, width, height, encoding, objects: [], ...this.#looking },
      timings: { waitMs: 0, preprocessMs: 0, inferenceMs: 0, postprocessMs: 0 },
      staleFrames: this.#options.detector().staleFrames(source),
      gate: { look: 'still', crops: 0, saved: this.#gate.save(sourceKey(frame)) },
    };
    return { outcome: 'still', detections, cues: [] };
  }

  #failOpen(frame: Frame, glance: Glance | undefined): Cue[] {
    const cue = (name: string, score: number, features: Cue['features']): Cue => ({
      ...identity(frame),
      kind: 'cue',
      cue: name,
      score,
      features,
    });
    const down = cue('detector-down', 1, {});
    if (glance?.moves !== true) return [down];
    const { changed } = glance;
    return [down, cue('motion', Math.min(1, Math.max(leastMotion, changed * 5)), { changedShare: changed })];
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
