import { createHash } from 'node:crypto';
import { asSentinelError, SentinelError } from '../../contracts/errors.ts';
import type { DetectedObject, Frame } from '../../contracts/messages.ts';
import type { Clock, Metrics, Picture, SnapshotRenderer } from '../../contracts/ports.ts';
import { sourceKey } from '../../contracts/source-key.ts';
import { SingleFile } from '../../inference/single-file.ts';
import { RecentSources } from '../../confirmation/recent-sources.ts';
import type { RenderSeats } from './render-seats.ts';

/** Who looks asks again and again; when nobody has asked for this long, nobody looks. */
const watchMs = 15_000;
/** What is older is not live any more. */
const staleMs = 30_000;
/** For people who look at a page; what goes into the flow keeps its size. */
const watchedForm = { longestSide: 1280, quality: 80 };

export interface PreviewsOptions {
  /** Id of the node. */
  node: string;
  model: string;
  /** Pictures a second and source at most; 0 for none. */
  rate: number;
  /** Whether the flow takes the pictures. */
  isWired: () => boolean;
  renderer: SnapshotRenderer;
  clock: Clock;
  metrics: Pick<Metrics, 'count'>;
  seats: RenderSeats;
  /** Is told when no picture can be made, once until one can. */
  failed: (error: SentinelError) => void;
}

/** A JPEG with everything drawn on it. */
export interface PreviewPicture {
  /** Shared: nobody writes into it. */
  jpeg: Buffer;
  /** Epoch ms of its frame. */
  capturedAt: number;
  /** No two pictures have the same. */
  tag: string;
}

/** A source whose frames a node gets. */
export interface PreviewSource {
  /** Opaque; stays the same when Node-RED starts anew. */
  readonly id: string;
  /** Id of the site that its frames name: that of the camera, which may be another than the detector's. */
  readonly site: string;
  readonly source: string;
  readonly area: string;
  /** Epoch ms of its newest frame. */
  readonly capturedAt: number;
  /** Milliseconds since that frame came. */
  readonly silentMs: number;
}

interface Stream {
  site: string;
  source: string;
  area: string;
  capturedAt: number;
  /** Monotonic ms, like the following ones. */
  seenAt: number;
  /** When the next picture may be made. */
  due: number;
  watchedUntil: number;
  isRendering: boolean;
  newest: (PreviewPicture & { madeAt: number }) | undefined;
}

/**
 * The live pictures of one detectron-infer node: what it looked at, with what it found. A picture is made only while
 * somebody looks at its source, or the flow takes it, and one at a time of each source: a frame that comes meanwhile is
 * passed over, so nothing waits and the newest wins.
 */
export class Previews {
  /** Why nobody looks at the frames, for people; undefined while the detector works. */
  fault: string | undefined;
  readonly #options: PreviewsOptions;
  /** By site and source. */
  readonly #streams = new RecentSources(newStream);
  /** They may be large: one at a time. */
  readonly #singles = new SingleFile(tooMany);
  #made = 0;
  #hasFailed = false;

  constructor(options: PreviewsOptions) {
    this.#options = options;
  }

  get model(): string {
    return this.#options.model;
  }

  get rate(): number {
    return this.#options.rate;
  }

  get sources(): PreviewSource[] {
    const now = this.#options.clock.monotonic();
    return this.#streams.all.map(([key, { site, source, area, capturedAt, seenAt }]) => {
      return { id: this.#idOf(key), site, source, area, capturedAt, silentMs: now - seenAt };
    });
  }

  /**
   * A frame that was looked at. Its bytes are the caller's again as soon as this returns; the picture follows.
   * @param objects What was found; undefined when the detector is down.
   * @returns the picture for the flow, where it takes one and it is time for one. Never rejects.
   */
  show(frame: Frame, image: Uint8Array, objects: readonly DetectedObject[] | undefined): Promise<Buffer | undefined> {
    const stream = this.#streamOf(frame);
    const now = this.#options.clock.monotonic();
    const isWatched = now < stream.watchedUntil;
    if (!isWatched) stream.newest = undefined;
    const isForFlow = objects !== undefined && this.#options.isWired();
    const period = 1000 / this.#options.rate;
    if (period === Infinity || !(isWatched || isForFlow) || stream.isRendering || now < stream.due) return nothing;
    const leave = this.#options.seats.take();
    if (leave === undefined) return nothing;
    // Frames come with a jitter: one that is a little early must not cost every second picture.
    stream.due = Math.max(stream.due, now - period / 10) + period;
    stream.isRendering = true;
    const { encoding, width, height } = frame;
    const picture: Picture = { bytes: image, encoding, width, height };
    const jpeg = this.#render(frame, picture, objects ?? [], isForFlow).finally(() => {
      stream.isRendering = false;
      leave();
    });
    return jpeg.then((made) => {
      if (made === undefined) return undefined;
      const { capturedAt } = frame;
      this.#made += 1;
      stream.newest = { jpeg: made, capturedAt, tag: `${capturedAt}-${this.#made}`, madeAt: now };
      return isForFlow ? made : undefined;
    });
  }

  /**
   * A picture that belongs to no stream; nobody watches such.
   * @returns it for the flow, where the flow takes one.
   * @throws SentinelError ES_IMAGE_INVALID, ES_RUNTIME_MISSING; ES_MODEL_FAILED when too many wait.
   */
  async single(picture: Picture, objects: readonly DetectedObject[]): Promise<Buffer | undefined> {
    const { rate, isWired, renderer } = this.#options;
    return rate === 0 || !isWired() ? undefined : await this.#singles.run(() => renderer.jpeg(picture, objects));
  }

  /**
   * Somebody looks at a source: from now on, and for as long as they keep asking, pictures of it are made.
   * @param id of the source.
   * @returns the newest one; undefined while there is none, or none that is live. `unknown`: there is no such source.
   */
  watch(id: string): PreviewPicture | undefined | 'unknown' {
    const stream = this.#streams.all.find(([key]) => this.#idOf(key) === id)?.[1];
    if (stream === undefined) return 'unknown';
    const now = this.#options.clock.monotonic();
    if (now >= stream.watchedUntil) stream.newest = undefined;
    stream.watchedUntil = now + watchMs;
    if (stream.newest !== undefined && now - stream.newest.madeAt > staleMs) stream.newest = undefined;
    return stream.newest;
  }

  /** A source is gone: what it saw goes with it. */
  forget(camera: Pick<Frame, 'site' | 'source'>): void {
    this.#streams.forget(sourceKey(camera));
  }

  async #render(
    { source, zones }: Frame,
    picture: Picture,
    objects: readonly DetectedObject[],
    isForFlow: boolean,
  ): Promise<Buffer | undefined> {
    const { renderer, metrics, failed } = this.#options;
    try {
      const form = { zones: zones ?? [], ...(isForFlow ? {} : watchedForm) };
      const jpeg = await renderer.jpeg(picture, objects, form);
      metrics.count('previews_made_total', { source });
      this.#hasFailed = false;
      return jpeg;
    } catch (error) {
      if (!this.#hasFailed) failed(asSentinelError(error, 'ES_IMAGE_INVALID'));
      this.#hasFailed = true;
      return undefined;
    }
  }

  #streamOf(frame: Frame): Stream {
    const { site, source, area, capturedAt } = frame;
    const seenAt = this.#options.clock.monotonic();
    return Object.assign(this.#streams.of(sourceKey(frame)), { site, source, area, capturedAt, seenAt });
  }

  /** Says nothing about node or source to who reads it. */
  #idOf(key: string): string {
    return createHash('sha256').update(`${this.#options.node}\n${key}`).digest('hex').slice(0, 32);
  }
}

function newStream(): Stream {
  const never = -Infinity;
  return {
    ...{ site: '', source: '', area: '', capturedAt: 0, seenAt: 0 },
    ...{ due: never, watchedUntil: never, isRendering: false, newest: undefined },
  };
}

const nothing = Promise.resolve(undefined);

function tooMany(): SentinelError {
  return new SentinelError('ES_MODEL_FAILED', 'Too many pictures wait to be drawn on; this one was not.', {
    hint: 'Send fewer at a time, or wait for each answer.',
  });
}
