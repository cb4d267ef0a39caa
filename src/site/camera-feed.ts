import type { SentinelError } from '../contracts/errors.ts';
import type { Gauges, Metrics } from '../contracts/ports.ts';
import type { Ingest, IngestFrame, IngestListener, IngestOptions, IngestWindow } from '../media/ingest.ts';
import type { StreamState } from '../media/stream-supervisor.ts';
import { TamperWatch, type Tampering } from '../media/tamper/tamper-watch.ts';
import { FeedSound, type SoundNews } from './feed-sound.ts';

/** What a feed runs. */
export type FeedSource = Pick<Ingest, 'start' | 'stop'>;

interface CameraFeedOptions extends IngestOptions {
  /** Name of the camera in the counters. */
  source: string;
  metrics: Pick<Metrics, 'count'> & Gauges;
  /** Whether to tell of tampering. */
  tamper?: boolean | undefined;
}

/** Who watches a camera. */
export interface CameraViewer extends IngestListener {
  /** The picture is not what it should be, or is so again. */
  tamper(tampering: Tampering): void;
  /** Its sound cannot be trusted, though it is connected, or can be again. */
  sound(news: SoundNews): void;
}

export interface FeedPorts {
  open: (options: IngestOptions, listener: IngestListener) => FeedSource;
  after: Promise<void> | undefined;
  onClosed: () => void;
}

/** One connection and those who watch it. */
export class CameraFeed {
  readonly camera: string;
  readonly #options: CameraFeedOptions;
  readonly #ports: FeedPorts;
  readonly #viewers = new Set<CameraViewer>();
  /** Those of them who want nothing just now. */
  readonly #paused = new Set<CameraViewer>();
  /** Who waits for one picture; they keep no connection open. */
  readonly #waiting = new Set<(frame: IngestFrame | undefined) => void>();
  readonly #source: FeedSource;
  readonly #tamper: TamperWatch | undefined;
  readonly #sound: FeedSound;
  #state: StreamState | undefined;
  /** Of the present failure: who joins in the middle of it has not heard of it. */
  #error: SentinelError | undefined;
  #closing: Promise<void> | undefined;

  constructor(camera: string, options: CameraFeedOptions, ports: FeedPorts) {
    this.camera = camera;
    this.#options = options;
    this.#ports = ports;
    this.#tamper = options.tamper === true ? new TamperWatch(options.clock) : undefined;
    this.#sound = new FeedSound({ ...options, isLive: options.address.protocol !== 'file' });
    this.#source = ports.open(options, {
      frame: (frame) => {
        this.#frame(frame);
      },
      audio: (window) => {
        this.#audio(window);
      },
      status: (state) => {
        this.#state = state;
        const { source, metrics } = this.#options;
        if (state.status !== 'connected') {
          metrics.set('stream_lag_seconds', undefined, { source });
          this.#sound.reset();
        }
        if (state.renewal !== undefined) metrics.count('stream_renewals_total', { source, reason: state.renewal });
        this.#error = state.status === 'connected' ? undefined : (state.error ?? this.#error);
        each(state.status === 'stopped' ? [...this.#viewers] : this.#awake, (viewer) => {
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

  /** Name of the camera. */
  get source(): string {
    return this.#options.source;
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

  join(viewer: CameraViewer): void {
    this.#viewers.add(viewer);
    const state = this.#state;
    if (state === undefined) return;
    // Not at once: while Node-RED builds a flow, what follows in it does not hear yet.
    this.#options.clock.after(0, () => {
      if (this.#state === state && this.#awake.includes(viewer)) this.#tellPresent(viewer);
    });
  }

  pause(viewer: CameraViewer): void {
    if (!this.#viewers.has(viewer) || this.#paused.has(viewer)) return;
    this.#paused.add(viewer);
    this.#tell(viewer, { status: 'paused', detail: 'Paused; the connection stays.', attempt: 0 });
  }

  resume(viewer: CameraViewer): void {
    if (this.#paused.delete(viewer)) this.#tellPresent(viewer);
  }

  async leave(viewer: CameraViewer): Promise<void> {
    if (!this.#viewers.has(viewer)) return;
    if (this.#viewers.size === 1) {
      // The last one hears of the end.
      await (this.#closing ??= this.#close());
      this.#forget(viewer);
      return;
    }
    this.#forget(viewer);
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

  /** Those who want to hear. */
  get #awake(): CameraViewer[] {
    return [...this.#viewers].filter((viewer) => !this.#paused.has(viewer));
  }

  #forget(viewer: CameraViewer): void {
    this.#viewers.delete(viewer);
    this.#paused.delete(viewer);
  }

  #frame({ lateMs = 0, ...frame }: IngestFrame): void {
    for (const take of this.#waiting) take({ ...frame, bytes: Buffer.from(frame.bytes) });
    const awake = this.#awake;
    if (awake.length === 0) return;
    this.#count('frames_captured_total');
    const { source, metrics } = this.#options;
    metrics.set('stream_lag_seconds', lateMs / 1000, { source });
    // First: its bytes belong to the receiver as soon as it has them.
    const tampering = this.#tamper?.push(frame);
    const news = this.#sound.see();
    each(awake, (viewer, isFirst) => {
      if (news !== undefined) viewer.sound(news);
      if (tampering !== undefined) viewer.tamper(tampering);
      viewer.frame(isFirst ? frame : { ...frame, bytes: Buffer.from(frame.bytes) });
    });
  }

  #audio(window: IngestWindow): void {
    const awake = this.#awake;
    if (awake.length === 0) return;
    this.#count('audio_windows_captured_total');
    const news = this.#sound.hear(window);
    each(awake, (viewer, isFirst) => {
      if (news !== undefined) viewer.sound(news);
      viewer.audio(isFirst ? window : { ...window, samples: window.samples.slice() });
    });
  }

  /** Here and not by the viewers: what one connection gives counts once, however many of them get it. */
  #count(name: 'frames_captured_total' | 'audio_windows_captured_total'): void {
    this.#options.metrics.count(name, { source: this.#options.source });
  }

  /** How the camera does, to one who was not there when it was said. */
  #tellPresent(viewer: CameraViewer): void {
    const idle: StreamState = { status: 'idle', detail: 'Waits to be connected.', attempt: 0 };
    const { status, detail, attempt, lateSeconds } = this.#state ?? idle;
    const error = this.#error;
    this.#tell(viewer, {
      ...{ status, detail, attempt },
      ...(lateSeconds === undefined ? {} : { lateSeconds }),
      ...(error === undefined ? {} : { error }),
    });
    const [tampering, news] = [this.#tamper?.present, this.#sound.present];
    this.#guard(() => {
      if (news !== undefined) viewer.sound(news);
      if (tampering !== undefined) viewer.tamper(tampering);
    });
  }

  /** Beside the source, so nobody else hears what it throws: in a timer that would end the process. */
  #tell(viewer: CameraViewer, state: StreamState): void {
    this.#guard(() => {
      viewer.status(state);
    });
  }

  #guard(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#options.log.error(`A receiver of the stream failed: ${String(error)}`);
    }
  }
}

/** What one viewer throws must not cost the others their share; whoever runs the source logs it. */
function each(viewers: readonly CameraViewer[], hand: (viewer: CameraViewer, isFirst: boolean) => void): void {
  const failures: unknown[] = [];
  viewers.forEach((viewer, index) => {
    try {
      hand(viewer, index === 0);
    } catch (error) {
      failures.push(error);
    }
  });
  if (failures.length > 0) throw failures[0];
}
