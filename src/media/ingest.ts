import type { Readable } from 'node:stream';
import { asSentinelError, SentinelError } from '../contracts/errors.ts';
import type { Clock, Log, Random } from '../contracts/ports.ts';
import { credentialsFor, type SourceAddress } from '../network/address.ts';
import { levelOf } from '../pcm/level.ts';
import { Child } from '../process/child.ts';
import { failureFrom } from './failures.ts';
import { analysisCommand, outputsOf } from './ffmpeg-arguments.ts';
import { locateFfmpeg, type FfmpegProgram } from './ffmpeg-program.ts';
import { FrameReader, type RawFrame } from './frame-reader.ts';
import { LineLimiter } from './line-limiter.ts';
import { lastLines } from './last-lines.ts';
import type { CameraRing } from './ring/camera-ring.ts';
import type { RingOutput } from './ring/ring-output.ts';
import type { RingRun } from './ring/ring-run.ts';
import { sourceTracks } from './source-probe.ts';
import { StreamSupervisor, type StreamRun, type StreamState, type StreamWords } from './stream-supervisor.ts';
import { WindowCutter, type CutWindow } from './window-cutter.ts';

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
  /** Milliseconds from the lens to our last byte. */
  captureDelayMs: number;
  /** Keeps the last minute as it came, for clips; whoever made it closes it. */
  ring?: CameraRing | undefined;
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
}

/** 15,600 samples of 16 kHz mono sound in an array that belongs to the receiver. */
export interface IngestWindow {
  seq: number;
  /** Capture time of the window's last sample. */
  capturedAt: number;
  samples: Float32Array;
  dbfs: number;
  peak: number;
}

export interface IngestListener {
  frame(frame: IngestFrame): void;
  audio(window: IngestWindow): void;
  status(status: StreamState): void;
}

interface Plan {
  program: FfmpegProgram;
  audio: boolean;
  ring: RingOutput | undefined;
}

const words: StreamWords = {
  probing: 'Asking the source what it offers.',
  connecting: 'Waiting for the first picture.',
  connected: 'Pictures are coming in.',
  stalled: (limitMs) =>
    new SentinelError('ES_CAMERA_STALLED', `No picture came for ${limitMs / 1000} s.`, {
      hint: 'The connection is made again by itself; look at the camera or its network when this happens often.',
    }),
  unknown: 'ES_CAMERA_UNREACHABLE',
};

/**
 * One camera: a supervised ffmpeg that turns RTSP, a web stream, a file or a webcam into frames and windows of
 * sound, for as long as it is started.
 */
export class Ingest {
  readonly #options: IngestOptions;
  readonly #listener: IngestListener;
  readonly #supervisor: StreamSupervisor<Plan>;
  readonly #secrets: readonly string[];
  readonly #lines: LineLimiter;
  #warned: string | undefined;
  #frames = 0;
  #windows = 0;
  #runs = 0;

  constructor(options: IngestOptions, listener: IngestListener) {
    this.#options = options;
    this.#listener = listener;
    const credentials = credentialsFor(options.address, options);
    this.#secrets = credentials === undefined ? [] : [credentials.password];
    this.#lines = new LineLimiter(options.clock, (line) => {
      options.log.warn(line);
    });
    this.#supervisor = new StreamSupervisor(
      { words, probe: (signal) => this.#probe(signal), launch: (plan, onFrame) => this.#launch(plan, onFrame) },
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
  stop(): Promise<void> {
    return this.#supervisor.stop();
  }

  async #probe(signal: AbortSignal): Promise<Plan> {
    const { ffmpeg, audio, ring, clock, address } = this.#options;
    const program = await untilAborted(locateFfmpeg(ffmpeg === undefined ? {} : { configured: ffmpeg }), signal);
    if (program.warning !== undefined && program.warning !== this.#warned) {
      this.#warned = program.warning;
      this.#options.log.warn(program.warning);
    }
    const rtsp = address.protocol === 'rtsp' || address.protocol === 'rtsps';
    // An RTSP camera is asked in any case: it tells at once what is wrong with password or path.
    if (!audio && !rtsp && ring === undefined) return { program, audio: false, ring: undefined };
    const tracks = await sourceTracks(this.#options, { program, clock, signal });
    return { program, audio: audio && tracks.audio !== undefined, ring: await ring?.prepare(tracks) };
  }

  #launch({ program, audio, ring }: Plan, onFrame: () => void): StreamRun {
    const command = analysisCommand(this.#options, { ...this.#options, audio, ring }, program);
    const outputs = outputsOf({ audio, ring });
    const child = new Child({
      program: program.path,
      extraPipes: Object.keys(outputs).length,
      clock: this.#options.clock,
      ...command,
    });
    this.#runs += 1;
    let unreadable: SentinelError | undefined;
    const frames = new FrameReader((frame) => {
      onFrame();
      this.#frame(frame);
    });
    child.output(1).on('data', (chunk: Buffer) => {
      if (unreadable !== undefined) return;
      try {
        frames.push(chunk);
      } catch (error) {
        unreadable = asSentinelError(error, 'ES_STREAM_UNUSABLE');
        void child.stop();
      }
    });
    if (outputs.sound !== undefined) this.#readSound(child.output(outputs.sound));
    const kept = ring && this.#options.ring?.begin(ring);
    if (outputs.ring !== undefined) readList(child.output(outputs.ring), kept);
    const lines = lastLines(child, this.#secrets, (line) => {
      kept?.said(line);
      this.#lines.push(`ffmpeg: ${line}`);
    });
    const ended = child.closed.then(({ error }) => {
      kept?.end();
      return unreadable ?? (error === undefined ? failureFrom(lines) : lost(error));
    });
    return { ended, stop: () => child.stop() };
  }

  #readSound(output: Readable): void {
    const cutter = new WindowCutter((window) => {
      this.#audio(window);
    });
    output.on('data', (chunk: Buffer) => {
      cutter.push(chunk, this.#options.clock.now());
    });
  }

  #frame(frame: RawFrame): void {
    const { clock, captureDelayMs } = this.#options;
    const seq = this.#frames;
    this.#frames += 1;
    this.#hand(() => {
      this.#listener.frame({ seq, ...frame, capturedAt: clock.now() - captureDelayMs });
    });
  }

  #audio({ samples, endedAt }: CutWindow): void {
    const seq = this.#windows;
    this.#windows += 1;
    const capturedAt = endedAt - this.#options.captureDelayMs;
    this.#hand(() => {
      this.#listener.audio({ seq, capturedAt, samples, ...levelOf(samples) });
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

/** The list is read whatever becomes of the ring: a full pipe would stop the frames. */
function readList(output: Readable, run: RingRun | undefined): void {
  output.on('data', (chunk: Buffer) => {
    run?.list(chunk);
  });
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

function lost(error: Error): SentinelError {
  return new SentinelError('ES_FFMPEG_MISSING', 'ffmpeg could not be started.', { cause: error });
}
