import type { Playback } from '../contracts/configs.ts';
import type { Clock, Log, Random } from '../contracts/ports.ts';
import { credentialsFor, type SourceAddress } from '../network/address.ts';
import { levelOf } from '../pcm/level.ts';
import { cameraWords, sentenceOf } from './camera-words.ts';
import { locateFfmpeg } from './ffmpeg-program.ts';
import type { RawFrame } from './frame-reader.ts';
import { IngestRun, type IngestPlan, type When } from './ingest-run.ts';
import { LineLimiter } from './line-limiter.ts';
import { NamedPipe } from './named-pipe.ts';
import { openPrivacyMask } from './privacy/mask-file.ts';
import type { PrivacyOptions } from './privacy/privacy-mask.ts';
import { Renewals } from './renewals.ts';
import type { CameraRing } from './ring/camera-ring.ts';
import { probeSource } from './source-probe.ts';
import { StreamSupervisor, type StreamState } from './stream-supervisor.ts';
import type { CutWindow } from './window-cutter.ts';

export interface IngestOptions {
  address: SourceAddress;
  username?: string;
  password?: string;
  transport: 'tcp' | 'udp';
  /** Width of the frames in pixels; the height follows from the picture's shape and is even; see `AnalysisOptions`. */
  width: number;
  /** Frames a second. */
  rate: number;
  /** Whether sound is wanted, where the source has it. */
  audio: boolean;
  /** Of a source that has an end; default loop. */
  playback?: Playback;
  /** Settles when what was handed out before has been used: `fast` goes on only then. */
  ready?: () => Promise<void>;
  /** Milliseconds from the lens to our last byte. */
  captureDelayMs: number;
  /** Keeps the last minute as it came, for clips; whoever made it closes it. */
  ring?: CameraRing | undefined;
  /** What is black in every picture before anything else sees it; no picture comes while it cannot be read. */
  privacy: PrivacyOptions;
  /** Path of ffmpeg; empty or absent: see `locateFfmpeg`. */
  ffmpeg?: string;
  clock: Clock;
  random: Random;
  log: Log;
}

/** A picture, rgb24, in a buffer that belongs to the receiver. */
export interface IngestFrame extends RawFrame {
  seq: number;
  capturedAt: number;
  /** Milliseconds by which this machine is behind its camera; already taken off `capturedAt`, but for a small rest. */
  lateMs?: number;
  /** Seconds from the start of a file that is played fast. */
  position?: number;
}

/** 15,600 samples of 16 kHz mono sound in an array that belongs to the receiver. */
export interface IngestWindow {
  seq: number;
  /** Capture time of the window's last sample. */
  capturedAt: number;
  samples: Float32Array;
  /** Seconds from the start of a file that is played fast, of the last sample. */
  position?: number;
  dbfs: number;
  peak: number;
}

export interface IngestListener {
  frame(frame: IngestFrame): void;
  audio(window: IngestWindow): void;
  status(status: StreamState): void;
}

/**
 * One camera: a supervised ffmpeg that turns RTSP, a web stream, a file or a webcam into frames and windows of
 * sound, for as long as it is started.
 */
export class Ingest {
  readonly #options: IngestOptions;
  readonly #listener: IngestListener;
  readonly #supervisor: StreamSupervisor<IngestPlan>;
  readonly #secrets: readonly string[];
  readonly #lines: LineLimiter;
  readonly #renewals: Renewals;
  #warned: string | undefined;
  /** The last run ended before its first picture: a description is not believed then, ffmpeg itself looks. */
  #diedAtOnce = false;
  #frames = 0;
  #windows = 0;
  #runs = 0;
  /** For the next connection. */
  #pipes: readonly NamedPipe[] = [];

  constructor(options: IngestOptions, listener: IngestListener) {
    this.#options = options;
    this.#listener = listener;
    const credentials = credentialsFor(options.address, options);
    this.#secrets = credentials === undefined ? [] : [credentials.password];
    this.#renewals = new Renewals(options.clock);
    this.#lines = new LineLimiter(options.clock, (line) => {
      options.log.warn(line);
    });
    this.#supervisor = new StreamSupervisor(
      {
        words: cameraWords,
        probe: (signal) => this.#probe(signal),
        launch: (plan, onFrame) => this.#launch(plan, onFrame),
        describe: ({ facts }) => sentenceOf(facts, options.audio),
        repeats: (options.playback ?? 'loop') === 'loop',
      },
      options,
      (state) => {
        this.#hand(() => {
          listener.status(state);
        });
      },
    );
  }

  /** Frames and windows handed out, and ffmpeg processes started, since construction. */
  get counters(): { frames: number; windows: number; runs: number } {
    return { frames: this.#frames, windows: this.#windows, runs: this.#runs };
  }

  start(): void {
    this.#supervisor.start();
  }

  /** Settles when no process of this camera is left. */
  async stop(): Promise<void> {
    await this.#supervisor.stop();
    for (const pipe of this.#pipes) pipe.close();
    this.#pipes = [];
  }

  async #probe(signal: AbortSignal): Promise<IngestPlan> {
    const { ffmpeg, audio, ring, privacy, clock } = this.#options;
    const program = await untilAborted(locateFfmpeg(ffmpeg === undefined ? {} : { configured: ffmpeg }), signal);
    if (program.warning !== undefined && program.warning !== this.#warned) {
      this.#warned = program.warning;
      this.#options.log.warn(program.warning);
    }
    const mask = await untilAborted(openPrivacyMask(privacy, { program, clock }), signal);
    const want = { content: audio || ring !== undefined, deep: this.#diedAtOnce };
    const facts = await probeSource(this.#options, want, { program, clock, signal });
    const { content } = facts;
    // The last minute of a file that is played fast would be none of the clock.
    const kept = content === undefined || this.#isFast ? undefined : await ring?.prepare(content, mask.filter);
    // What is played fast is read at the speed of who uses it.
    if (!this.#isFast) await this.#openPipes(signal);
    return { program, audio: audio && content?.audio !== undefined, mask, ring: kept, facts };
  }

  async #openPipes(signal: AbortSignal): Promise<void> {
    const pipes = this.#pipes.length > 0 ? this.#pipes : await NamedPipe.open(2);
    if (signal.aborted) for (const pipe of pipes) pipe.close();
    this.#pipes = signal.aborted ? [] : pipes;
  }

  #launch(plan: IngestPlan, onFrame: () => void): IngestRun {
    this.#runs += 1;
    this.#diedAtOnce = true;
    const pipes = this.#pipes;
    this.#pipes = [];
    return new IngestRun({ ...this.#options, secrets: this.#secrets, pipes }, plan, {
      alive: () => {
        this.#diedAtOnce = false;
        onFrame();
      },
      frame: (frame, when) => {
        this.#frame(frame, when);
      },
      audio: (window, when) => {
        this.#audio(window, when);
      },
      line: (line) => {
        this.#lines.push(line);
      },
      late: (seconds) => {
        this.#supervisor.late(seconds);
      },
      mayRenew: (why) => this.#renewals.take(why),
    });
  }

  get #isFast(): boolean {
    return this.#options.playback === 'fast';
  }

  #frame(frame: RawFrame, { lateMs, correctionMs, position }: When): void {
    const { clock, captureDelayMs } = this.#options;
    const seq = this.#frames;
    this.#frames += 1;
    this.#hand(() => {
      const capturedAt = clock.now() - captureDelayMs - correctionMs;
      this.#listener.frame({ seq, ...frame, capturedAt, lateMs, ...(this.#isFast ? { position } : {}) });
    });
  }

  #audio({ samples, endedAt }: CutWindow, { correctionMs, position }: When): void {
    const seq = this.#windows;
    this.#windows += 1;
    const capturedAt = endedAt - this.#options.captureDelayMs - correctionMs;
    this.#hand(() => {
      this.#listener.audio({ seq, capturedAt, samples, ...levelOf(samples), ...(this.#isFast ? { position } : {}) });
    });
  }

  /** What a receiver throws must not end the stream, nor the process. */
  #hand(deliver: () => void): void {
    try {
      deliver();
    } catch (error) {
      this.#lines.push(`A receiver of the stream failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** Waits for work that all cameras share, and no longer than until the signal: the work itself goes on. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop);
    void work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop);
    });
  });
}
