import { asSentinelError, type SentinelError } from '../../contracts/errors.ts';
import type { DetectedObject, Detections } from '../../contracts/messages.ts';
import type { Clock, Metrics, Picture } from '../../contracts/ports.ts';
import { RecentSources } from '../../confirmation/recent-sources.ts';
import type { PoseEstimator } from './pose-estimator.ts';
import type { PoseReply } from './pose-service.ts';

/** What the user wants of it. */
export interface PoseRules {
  /** Persons of a picture at most. */
  most: number;
  /** Score from which an object is looked at. */
  minimumScore: number;
  /** A person who is followed is looked at again after so long; 0: in every picture. */
  againMs: number;
}

export interface PosesOptions extends PoseRules {
  /** @throws when there is no usable model. */
  estimator: () => Pick<PoseEstimator, 'estimate' | 'modelId'>;
  /** Whether it was told already that there is no usable model. */
  isDown?: boolean;
  /** Told once when poses cannot be had, and with undefined when they can again. */
  onChange: (fault: SentinelError | undefined) => void;
  clock: Clock;
  metrics: Metrics;
}

export interface PoseLook {
  /** Tells cameras apart (`sourceKey`). */
  camera: string;
  /** Name of the camera in the counters. */
  source: string;
  picture: Picture;
  objects: readonly DetectedObject[];
  /** Time of capture, in milliseconds on a clock that may jump. */
  at: number;
  /** `live`: nobody waits for poses. `patient`: a recording. `alone`: a picture that belongs to no stream. */
  pace: 'live' | 'patient' | 'alone';
}

export interface Posed {
  objects: DetectedObject[];
  pose: Detections['pose'];
}

/** A message waits for poses no longer: two or three persons fit in, and nobody notices. */
const deadlineMs = 150;

interface Source {
  /** When each of those who are in view had their last turn, by their ids. */
  turns: Map<string, number>;
  isBusy: boolean;
  /** The result before; messages leave in the order of their pictures. */
  last: Promise<unknown>;
}

/**
 * Gives persons the points of their bodies. Whatever goes wrong with that, the objects go on without: a message waits
 * for a short moment at most, and a model that fails is told once.
 */
export class Poses {
  readonly #options: PosesOptions;
  readonly #sources = new RecentSources(newSource);
  #isDown: boolean;
  #isPrepared = false;

  constructor(options: PosesOptions) {
    this.#options = options;
    this.#isDown = options.isDown ?? false;
  }

  /** Never rejects. */
  async add(look: PoseLook): Promise<Posed> {
    this.#prepare(look);
    const source = look.pace === 'alone' ? newSource() : this.#sources.of(look.camera);
    const before = source.last;
    const posed = this.#pose(look, source);
    source.last = Promise.all([before, posed]).then(() => undefined);
    await before;
    return await posed;
  }

  async #pose(look: PoseLook, source: Source): Promise<Posed> {
    const { objects, at, pace } = look;
    const due = this.#due(objects, source, at);
    forgetGone(source, objects);
    if (due.length === 0) return { objects: [...objects], pose: undefined };
    const { clock, metrics } = this.#options;
    const started = clock.monotonic();
    const isBehind = pace === 'live' && source.isBusy;
    const reply = isBehind ? undefined : await this.#ask(look, source, due);
    const poses = new Map(due.map((object, index) => [object, reply?.poses[index]]));
    const given = [...poses.values()].filter((points) => points !== undefined).length;
    const skipped = due.length - (reply?.poses.length ?? 0);
    const labels = { source: look.source };
    if (given > 0) metrics.count('poses_total', labels, given);
    if (skipped > 0)
      metrics.count('poses_skipped_total', { ...labels, reason: this.#isDown ? 'down' : 'late' }, skipped);
    return {
      objects: objects.map((object) => {
        const keypoints = poses.get(object);
        if (keypoints === undefined) return object;
        if (object.trackId !== undefined) source.turns.set(object.trackId, at);
        return { ...object, keypoints };
      }),
      pose: this.#isDown ? undefined : { persons: given, skipped, waitMs: clock.monotonic() - started },
    };
  }

  /** Who has a turn: who never had one, then whose turn was longest ago, then who is largest. */
  #due(objects: readonly DetectedObject[], { turns }: Source, at: number): DetectedObject[] {
    const { most, minimumScore, againMs } = this.#options;
    const since = ({ trackId }: DetectedObject): number => {
      const last = turns.get(trackId ?? '') ?? Infinity;
      // Never, or the clock went back.
      return last > at ? Infinity : at - last;
    };
    const area = ({ box }: DetectedObject): number => box.width * box.height;
    return objects
      .filter((object) => isPerson(object) && object.score >= minimumScore && since(object) >= againMs)
      .sort((a, b) => compare(since(b), since(a)) || area(b) - area(a))
      .slice(0, most);
  }

  /** @returns undefined when there was no time, or no model. */
  async #ask(
    { camera, source: name, picture, pace }: PoseLook,
    source: Source,
    due: readonly DetectedObject[],
  ): Promise<PoseReply | undefined> {
    const persons = due.map(({ box }) => box);
    source.isBusy = true;
    const limitMs = pace === 'live' ? deadlineMs : Infinity;
    const place = [this, pace === 'alone' ? this : camera];
    const answer = this.#estimate({ source: name, place, picture, persons, limitMs, yields: pace === 'live' }).finally(
      () => {
        source.isBusy = false;
      },
    );
    return pace === 'live' ? await this.#atMost(deadlineMs, answer) : await answer;
  }

  async #estimate(job: Parameters<PoseEstimator['estimate']>[0]): Promise<PoseReply | undefined> {
    try {
      const reply = await this.#options.estimator().estimate(job);
      if (reply !== undefined && this.#isDown) {
        this.#isDown = false;
        this.#options.onChange(undefined);
      }
      return reply;
    } catch (thrown) {
      const error = asSentinelError(thrown, 'ES_MODEL_FAILED');
      // A picture that cannot be decoded says nothing of the model.
      if (!this.#isDown && error.name !== 'ES_IMAGE_INVALID') {
        this.#isDown = true;
        this.#options.onChange(error);
      }
      return undefined;
    }
  }

  #atMost<T>(ms: number, answer: Promise<T>): Promise<T | undefined> {
    const { promise: late, resolve } = Promise.withResolvers<undefined>();
    const cancel = this.#options.clock.after(ms, () => {
      resolve(undefined);
    });
    void answer.finally(cancel);
    return Promise.race([answer, late]);
  }

  /** The model is opened with the first picture, so that the first person need not wait for that. */
  #prepare({ pace }: PoseLook): void {
    if (this.#isPrepared || pace !== 'live') return;
    this.#isPrepared = true;
    const picture: Picture = { bytes: new Uint8Array(3), encoding: 'rgb24', width: 1, height: 1 };
    void this.#estimate({ place: [this, 'prepare'], picture, persons: [], limitMs: Infinity, yields: false });
  }
}

function newSource(): Source {
  return { turns: new Map(), isBusy: false, last: Promise.resolve() };
}

/** What a detector says of a body itself stays. */
function isPerson({ label, keypoints }: DetectedObject): boolean {
  return label.toLowerCase() === 'person' && keypoints === undefined;
}

function forgetGone({ turns }: Source, objects: readonly DetectedObject[]): void {
  const here = new Set(objects.map(({ trackId }) => trackId));
  for (const id of turns.keys()) if (!here.has(id)) turns.delete(id);
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
