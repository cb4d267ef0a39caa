import type { Gauges, Metrics } from '../contracts/ports.ts';
import { Ingest, type IngestFrame, type IngestListener, type IngestOptions } from '../media/ingest.ts';
import { CameraFeed, type CameraViewer, type FeedPorts, type FeedSource } from './camera-feed.ts';
import type { CameraRings, KeptCamera } from './camera-rings.ts';

/** One viewer's share of a camera. */
export interface CameraLease {
  /** Connections to this camera now: more than one when its viewers want different pictures. */
  readonly connections: number;
  /** Neither pictures nor sounds from now on; the connection stays. */
  pause(): void;
  /** Goes on, and says how the camera does. */
  resume(): void;
  /** Gives it back; the last one settles when no process of the feed is left. Calling it again does nothing. */
  release(): Promise<void>;
}

/** What viewers want of a camera. */
export interface FeedOptions extends Omit<IngestOptions, 'ring'> {
  /** Name of the camera in the counters. */
  source: string;
  metrics: Pick<Metrics, 'count'> & Gauges;
  /** How its last minute is kept; absent: not at all. */
  keep?: KeptCamera | undefined;
  /** Whether to tell of tampering. */
  tamper?: boolean | undefined;
}

/**
 * The cameras that the nodes of a Site watch. Viewers that want the same picture of a camera share one connection, since
 * cameras allow few; one that joins or leaves does not interrupt the others.
 */
export class CameraFeeds {
  readonly #feeds = new Map<string, CameraFeed>();
  readonly #open: (options: IngestOptions, listener: IngestListener) => FeedSource;
  readonly #rings: Pick<CameraRings, 'open'> | undefined;

  /** @param rings keeps the last minutes; without it nothing is kept. */
  constructor(
    open: (options: IngestOptions, listener: IngestListener) => FeedSource = (...feed) => new Ingest(...feed),
    rings?: Pick<CameraRings, 'open'>,
  ) {
    this.#rings = rings;
    this.#open = open;
  }

  /**
   * Watches a camera from now on. Every viewer gets pictures and sounds in buffers of its own.
   * @param camera tells cameras apart, such as the id of the camera node.
   */
  watch(camera: string, options: FeedOptions, viewer: CameraViewer): CameraLease {
    const key = keyOf(camera, options);
    const present = this.#feeds.get(key);
    const feed = present === undefined || present.closing !== undefined ? this.#begin(camera, key, options) : present;
    feed.join(viewer);
    const connections = (): number => [...this.#feeds.values()].filter((one) => one.camera === camera).length;
    if (feed !== present && connections() > 1) {
      options.log.warn('A camera is connected to more than once: its rtsp-in nodes differ in frame width or rate.');
    }
    return {
      get connections() {
        return connections();
      },
      pause: () => {
        feed.pause(viewer);
      },
      resume: () => {
        feed.resume(viewer);
      },
      release: () => feed.leave(viewer),
    };
  }

  /** Whether another camera that is watched has the same name: what is told of both is mixed. */
  hasNamesake(camera: string, source: string): boolean {
    return [...this.#feeds.values()].some((feed) => {
      return feed.camera !== camera && feed.source === source && feed.closing === undefined;
    });
  }

  /**
   * The next picture of a camera that is running, in a buffer of its own: of its largest connection, as its viewers get
   * it.
   * @returns undefined where none of its connections gives pictures, or none came before the signal.
   */
  async nextFrame(camera: string, signal: AbortSignal): Promise<IngestFrame | undefined> {
    const live = [...this.#feeds.values()].filter((feed) => feed.camera === camera && feed.connected);
    const largest = live.reduce<CameraFeed | undefined>(
      (best, feed) => (feed.width > (best?.width ?? 0) ? feed : best),
      undefined,
    );
    return await largest?.nextFrame(signal);
  }

  #begin(camera: string, key: string, { keep, ...options }: FeedOptions): CameraFeed {
    const ring = keep && this.#rings?.open(keep, options);
    const ports: FeedPorts = {
      open: this.#open,
      // A camera that allows one connection refuses the second: the new one waits until the old one has ended.
      after: this.#feeds.get(key)?.closing,
      onClosed: () => {
        if (this.#feeds.get(key) === feed) this.#feeds.delete(key);
      },
    };
    const feed: CameraFeed = new CameraFeed(camera, { ...options, ring }, ports);
    this.#feeds.set(key, feed);
    return feed;
  }
}

/** Everything about the connection and the picture; in memory only, since it holds the password. */
function keyOf(camera: string, options: FeedOptions): string {
  const { address, username, password, transport, width, rate, audio, playback, captureDelayMs, ffmpeg } = options;
  const { privacy, keep, tamper } = options;
  const picture = [transport, width, rate, audio, playback, captureDelayMs, ffmpeg, privacy, keep, tamper];
  return JSON.stringify([camera, address, username, password, ...picture]);
}
