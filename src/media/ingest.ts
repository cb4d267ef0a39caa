import type { Readable } from 'node:stream';
import type { Playback } from '../contracts/configs.ts';
import { asSentinelError, SentinelError } from '../contracts/errors.ts';
import type { Clock, Log, Random } from '../contracts/ports.ts';
import { credentialsFor, type SourceAddress } from '../network/address.ts';
import { levelOf } from '../pcm/level.ts';
import { soundWindow } from '../pcm/sound-window.ts';
import { Child } from '../process/child.ts';
import { failureFrom } from './failures.ts';
import { analysisCommand, outputsOf } from './ffmpeg-arguments.ts';
import { locateFfmpeg, type FfmpegProgram } from './ffmpeg-program.ts';
import { cameraWords, sentenceOf } from './camera-words.ts';
import { FrameReader, type RawFrame } from './frame-reader.ts';
import { LineLimiter } from './line-limiter.ts';
import { lastLines } from './last-lines.ts';
import { readAtPace } from './paced-reading.ts';
import { openPrivacyMask } from './privacy/mask-file.ts';
import type { PrivacyMask, PrivacyOptions } from './privacy/privacy-mask.ts';
import type { CameraRing } from './ring/camera-ring.ts';
import type { RingOutput } from './ring/ring-output.ts';
import type { RingRun } from './ring/ring-run.ts';
import { probeSource, type SourceFacts } from './source-probe.ts';
import { StreamSupervisor, type StreamRun, type StreamState } from './stream-supervisor.ts';
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

interface Plan {
  program: FfmpegProgram;
  audio: boolean;
  mask: PrivacyMask;
  ring: RingOutput | undefined;
  facts: SourceFacts;
}

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
  /** The last run ended before its first picture: a description is not believed then, ffmpeg itself looks. */
  #diedAtOnce = false;
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
  stop(): Promise<void> {
    return this.#supervisor.stop();
  }

  async #probe(signal: AbortSignal): Promise<Plan> {
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
    return { program, audio: audio && content?.audio !== undefined, mask, ring: kept, facts };
  }

  #launch({ program, audio, mask, ring, facts }: Plan, onFrame: () => void): StreamRun {
    const { finite, content } = facts;
    const track = content?.audioTrack === undefined ? {} : { audioTrack: content.audioTrack };
    const command = analysisCommand({ ...this.#options, finite }, { ...this.#options, audio, ring, ...track }, program);
    const outputs = outputsOf({ audio, ring });
    const child = new Child({
      program: program.path,
      extraPipes: Object.keys(outputs).length,
      clock: this.#options.clock,
      ...command,
    });
    this.#runs += 1;
    this.#diedAtOnce = true;
    let unreadable: SentinelError | undefined;
    let seen = 0;
    const alive = (): void => {
      this.#diedAtOnce = false;
      onFrame();
    };
    const frames = new FrameReader((frame) => {
      mask.burn(frame);
      const position = seen / this.#options.rate;
      seen += 1;
      cut.push(() => {
        alive();
        this.#frame(frame, position);
      });
    });
    const cut: (() => void)[] = [];
    const reading = [
      this.#read(child, 1, alive, (chunk) => {
        if (unreadable !== undefined) return [];
        try {
          frames.push(chunk);
        } catch (error) {
          unreadable = asSentinelError(error, 'ES_STREAM_UNUSABLE');
          void child.stop();
        }
        return cut.splice(0);
      }),
    ];
    if (outputs.sound !== undefined) reading.push(this.#readSound(child, outputs.sound, alive));
    const kept = ring && this.#options.ring?.begin(ring);
    if (outputs.ring !== undefined) readList(child.output(outputs.ring), kept);
    const lines = lastLines(child, this.#secrets, (line) => {
      kept?.said(line);
      this.#lines.push(`ffmpeg: ${line}`);
    });
    const ended = child.closed.then(async ({ code, error }) => {
      // The last picture of a file that is played fast has been used, too.
      await Promise.all(reading);
      kept?.end();
      if (unreadable !== undefined) return unreadable;
      if (error !== undefined) return lost(error);
      // What has an end may come to it; anything that should go on and stops has failed, whatever the exit code.
      return finite && code === 0 && seen > 0 && !child.stopping ? undefined : failureFrom(lines);
    });
    return { ended, stop: () => child.stop() };
  }

  /** Hands out what chunks complete: at once, or no faster than it is used where a file is played fast. */
  #read(
    child: Child,
    descriptor: number,
    alive: () => void,
    cut: (chunk: Buffer) => readonly (() => void)[],
  ): Promise<void> {
    const { clock, ready } = this.#options;
    const output = child.output(descriptor);
    if (ready !== undefined && this.#isFast) {
      const pace = { ready, alive, clock, ending: () => child.stopping };
      return readAtPace(output, cut, pace);
    }
    output.on('data', (chunk: Buffer) => {
      for (const handOut of cut(chunk)) handOut();
    });
    return Promise.resolve();
  }

  #readSound(child: Child, descriptor: number, alive: () => void): Promise<void> {
    const windows: (() => void)[] = [];
    let seen = 0;
    const cutter = new WindowCutter((window) => {
      const position = (soundWindow.samples + seen * soundWindow.hop) / soundWindow.sampleRate;
      seen += 1;
      windows.push(() => {
        this.#audio(window, position);
      });
    });
    return this.#read(child, descriptor, alive, (chunk) => {
      cutter.push(chunk, this.#options.clock.now());
      return windows.splice(0);
    });
  }

  get #isFast(): boolean {
    return this.#options.playback === 'fast';
  }

  #frame(frame: RawFrame, position: number): void {
    const { clock, captureDelayMs } = this.#options;
    const seq = this.#frames;
    this.#frames += 1;
    this.#hand(() => {
      const capturedAt = clock.now() - captureDelayMs;
      this.#listener.frame({ seq, ...frame, capturedAt, ...(this.#isFast ? { position } : {}) });
    });
  }

  #audio({ samples, endedAt }: CutWindow, position: number): void {
    const seq = this.#windows;
    this.#windows += 1;
    const capturedAt = endedAt - this.#options.captureDelayMs;
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
