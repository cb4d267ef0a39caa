import type { SentinelError } from '../contracts/errors.ts';
import { Ingest, type IngestFrame, type IngestListener, type IngestOptions } from '../media/ingest.ts';
import type { StreamState } from '../media/stream-supervisor.ts';
import type { CameraRings, KeptCamera } from './camera-rings.ts';

/** One viewer's share of a camera. */
export interface CameraLease {
  /** Connections to this camera now: more than one when its viewers want different pictures. */
  readonly connections: number;
  /** Gives it back; the last one settles when no process of the feed is left. Calling it again does nothing. */
  release(): Promise<void>;
}

/** What viewers want of a camera. */
export interface FeedOptions extends Omit<IngestOptions, 'ring'> {
  /** How its last minute is kept; absent: not at all. */
  keep?: KeptCamera | undefined;
}

/** What a feed runs. */
type Source = Pick<Ingest, 'start' | 'stop'>;

/**
 * The cameras that the nodes of a Site watch. Viewers that want the same picture of a camera share one connection, since
 * cameras allow few; one that joins or leaves does not interrupt the others.
 */
export class CameraFeeds {
  readonly #feeds = new Map<string, Feed>();
  readonly #open: (options: IngestOptions, listener: IngestListener) => Source;
  readonly #rings: Pick<CameraRings, 'open'> | undefined;

  /** @param rings keeps the last minutes; without it nothing is kept. */
  constructor(
    open: (options: IngestOptions, listener: IngestListener) => Source = (...feed) => new Ingest(...feed),
    rings?: Pick<CameraRings, 'open'>,
  ) {
    this.#rings = rings;
    this.#open = open;
  }

  /**
   * Watches a camera from now on. Every viewer gets pictures and sounds in buffers of its own.
   * @param camera tells cameras apart, such as the id of the camera node.
   */
  watch(camera: string, options: FeedOptions, viewer: IngestListener): CameraLease {
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
      release: () => feed.leave(viewer),
    };
  }

  /**
   * The next picture of a camera that is running, in a buffer of its own: of its largest connection, as its viewers get
   * it.
   * @returns undefined where none of its connections gives pictures, or none came before the signal.
   */
  async nextFrame(camera: string, signal: AbortSignal): Promise<IngestFrame | undefined> {
    const live = [...this.#feeds.values()].filter((feed) => feed.camera === camera && feed.connected);
    const largest = live.reduce<Feed | undefined>(
      (best, feed) => (feed.width > (best?.width ?? 0) ? feed : best),
      undefined,
    );
    return await largest?.nextFrame(signal);
  }

  #begin(camera: string, key: string, { keep, ...options }: FeedOptions): Feed {
    const ring = keep && this.#rings?.open(keep, options.captureDelayMs);
    const ports: FeedPorts = {
      open: this.#open,
      // A camera that allows one connection refuses the second: the new one waits until the old one has ended.
      after: this.#feeds.get(key)?.closing,
      onClosed: () => {
        if (this.#feeds.get(key) === feed) this.#feeds.delete(key);
      },
    };
    const feed: Feed = new Feed(camera, { ...options, ring }, ports);
    this.#feeds.set(key, feed);
    return feed;
  }
}

/** Everything about the connection and the picture; in memory only, since it holds the password. */
function keyOf(camera: string, options: FeedOptions): string {
  const { address, username, password, transport, width, rate, audio, playback, captureDelayMs, ffmpeg, keep } =
    options;
  const picture = [transport, width, rate, audio, playback, captureDelayMs, ffmpeg, keep];
  return JSON.stringify([camera, address, username, password, ...picture]);
}

interface FeedPorts {
  open: (options: IngestOptions, listener: IngestListener) => Source;
  after: Promise<void> | undefined;
  onClosed: () => void;
}

/** One connection and those who watch it. */
class Feed {
  readonly camera: string;
  readonly #options: IngestOptions;
  readonly #ports: FeedPorts;
  readonly #viewers = new Set<IngestListener>();
  /** Who waits for one picture; they keep no connection open. */
  readonly #waiting = new Set<(frame: IngestFrame | undefined) => void>();
  readonly #source: Source;
  #state: StreamState | undefined;
  /** Of the present failure: who joins in the middle of it has not heard of it. */
  #error: SentinelError | undefined;
  #closing: Promise<void> | undefined;

  constructor(camera: string, options: IngestOptions, ports: FeedPorts) {
    this.camera = camera;
    this.#options = options;
    this.#ports = ports;
    this.#source = ports.open(options, {
      frame: (frame) => {
        for (const take of this.#waiting) take({ ...frame, bytes: Buffer.from(frame.bytes) });
        this.#each((viewer, isFirst) => {
          viewer.frame(isFirst ? frame : { ...frame, bytes: Buffer.from(frame.bytes) });
        });
      },
      audio: (window) => {
        this.#each((viewer, isFirst) => {
          viewer.audio(isFirst ? window : { ...window, samples: window.samples.slice() });
        });
      },
      status: (state) => {
        this.#state = state;
        this.#error = state.status === 'connected' ? undefined : (state.error ?? this.#error);
        this.#each((viewer) => {
          viewer.status(state);
        });
      },
    });
    void this.#start();
  }

  /** Settles when the last viewer has left and the connection has ended; undefined as long as somebody watches. */
  get closing(): Promise<void> | undefined {
    return this.#closing;
  }

  get connected(): boolean {
    return this.#state?.status === 'connected' && this.#closing === undefined;
  }

  get width(): number {
    return this.#options.width;
  }

  nextFrame(signal: AbortSignal): Promise<IngestFrame | undefined> {
    return new Promise((resolve) => {
      const take = (frame: IngestFrame | undefined): void => {
        signal.removeEventListener('abort', give);
        this.#waiting.delete(take);
        resolve(frame);
      };
      const give = (): void => {
        take(undefined);
      };
      if (signal.aborted) {
        give();
        return;
      }
      signal.addEventListener('abort', give);
      this.#waiting.add(take);
    });
  }

  join(viewer: IngestListener): void {
    this.#viewers.add(viewer);
    const state = this.#state;
    if (state === undefined) return;
    const error = this.#error;
    // Not at once: while Node-RED builds a flow, what follows in it does not hear yet.
    this.#options.clock.after(0, () => {
      if (this.#state === state && this.#viewers.has(viewer)) {
        this.#tell(viewer, error === undefined ? state : { ...state, error });
      }
    });
  }

  async leave(viewer: IngestListener): Promise<void> {
    if (!this.#viewers.has(viewer)) return;
    if (this.#viewers.size === 1) {
      // The last one hears of the end.
      await (this.#closing ??= this.#close());
      this.#viewers.delete(viewer);
      return;
    }
    this.#viewers.delete(viewer);
    this.#tell(viewer, { status: 'stopped', detail: 'Stopped.', attempt: 0 });
  }

  async #start(): Promise<void> {
    await this.#ports.after;
    if (this.#closing === undefined) this.#source.start();
  }

  async #close(): Promise<void> {
    for (const take of [...this.#waiting]) take(undefined);
    await this.#ports.after;
    await this.#source.stop();
    await this.#options.ring?.close();
    this.#ports.onClosed();
  }

  /** Beside the source, so nobody else hears what it throws: in a timer that would end the process. */
  #tell(viewer: IngestListener, state: StreamState): void {
    try {
      viewer.status(state);
    } catch (error) {
      this.#options.log.error(`A receiver of the stream failed: ${String(error)}`);
    }
  }

  /** What one viewer throws must not cost the others their share; whoever runs the source logs it. */
  #each(hand: (viewer: IngestListener, isFirst: boolean) => void): void {
    const failures: unknown[] = [];
    [...this.#viewers].forEach((viewer, index) => {
      try {
        hand(viewer, index === 0);
      } catch (error) {
        failures.push(error);
      }
    });
    if (failures.length > 0) throw failures[0];
  }
}
