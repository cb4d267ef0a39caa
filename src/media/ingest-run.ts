import type { Readable } from 'node:stream';
import { asSentinelError, SentinelError } from '../contracts/errors.ts';
import type { Clock } from '../contracts/ports.ts';
import { soundWindow } from '../pcm/sound-window.ts';
import { Child } from '../process/child.ts';
import { unreadBytes } from '../process/unread-bytes.ts';
import { renewalWords } from './camera-words.ts';
import { failureFrom } from './failures.ts';
import { analysisCommand, outputsOf } from './ffmpeg-arguments.ts';
import type { FfmpegProgram } from './ffmpeg-program.ts';
import { FfmpegReport, type ShownPicture } from './ffmpeg-report.ts';
import { FrameReader, type RawFrame } from './frame-reader.ts';
import type { IngestOptions } from './ingest.ts';
import { LatePictures } from './late-pictures.ts';
import { NamedPipe } from './named-pipe.ts';
import { readAtPace } from './paced-reading.ts';
import type { PrivacyMask } from './privacy/privacy-mask.ts';
import type { RingOutput } from './ring/ring-output.ts';
import type { RingRun } from './ring/ring-run.ts';
import type { SourceFacts } from './source-probe.ts';
import type { Renewal, StreamRun } from './stream-supervisor.ts';
import { WindowCutter, type CutWindow } from './window-cutter.ts';

interface IngestRunOptions extends IngestOptions {
  /** What no line of ffmpeg may show. */
  secrets: readonly string[];
  /** What pictures and sound come by; absent: the pipes of the child. */
  pipes: readonly NamedPipe[];
}

/** What is known of a camera before it is read. */
export interface IngestPlan {
  program: FfmpegProgram;
  audio: boolean;
  mask: PrivacyMask;
  ring: RingOutput | undefined;
  facts: SourceFacts;
}

/** When something was captured. */
export interface When {
  /** Milliseconds by which the machine is behind; capture times are corrected by `correctionMs` of it. */
  lateMs: number;
  correctionMs: number;
  /** Seconds from the start of the source. */
  position: number;
}

/** Who gets what one run brings. */
export interface IngestRunListener {
  /** Something came. */
  alive(): void;
  frame(frame: RawFrame, when: When): void;
  audio(window: CutWindow, when: When): void;
  line(line: string): void;
  late(seconds: number | undefined): void;
  /** Whether a new connection may be made now for this reason. */
  mayRenew(why: Renewal['why']): boolean;
}

/** Looks at unread bytes, and the time between two: a process that keeps up leaves none most of the time. */
const [looks, betweenMs] = [3, 200];
/** Timestamps of these are the camera's. Web streams have none, or come in pieces; what has an end waits for us. */
const measured = ['rtsp', 'rtsps', 'rtmp'];

/** One ffmpeg that reads a camera, from its start to its end. */
export class IngestRun implements StreamRun {
  readonly ended: StreamRun['ended'];
  readonly #options: IngestRunOptions;
  readonly #plan: IngestPlan;
  readonly #listener: IngestRunListener;
  readonly #child: Child;
  readonly #late: LatePictures;
  #ring: RingRun | undefined;
  #size: string | undefined;
  #renewal: Renewal | undefined;
  #unreadable: SentinelError | undefined;
  #frames = 0;
  #isOver = false;

  constructor(options: IngestRunOptions, plan: IngestPlan, listener: IngestRunListener) {
    this.#options = options;
    this.#plan = plan;
    this.#listener = listener;
    const { clock } = options;
    const outputs = outputsOf(plan);
    this.#child = start(options, plan);
    this.#late = new LatePictures({
      clock,
      isBehind: () => isBehind(this.#child, clock),
      tell: (seconds) => {
        if (!this.#child.stopping) listener.late(seconds);
      },
      hopeless: (seconds) => {
        this.#renew('late', seconds);
      },
    });
    const reading = [this.#readFrames()];
    if (outputs.sound !== undefined) reading.push(this.#readSound(outputs.sound));
    this.#ring = plan.ring && options.ring?.begin(plan.ring, () => (this.#isOver ? 0 : this.#late.correctionMs));
    if (outputs.ring !== undefined) readList(this.#child.output(outputs.ring), this.#ring);
    this.ended = this.#untilEnded(reading, this.#readReport());
  }

  stop(): Promise<unknown> {
    return this.#child.stop();
  }

  async #untilEnded(reading: readonly Promise<void>[], report: FfmpegReport): StreamRun['ended'] {
    const { code, error } = await this.#child.closed;
    // The last picture of a file that is played fast has been used, too.
    await Promise.all(reading);
    this.#isOver = true;
    this.#ring?.end();
    if (this.#unreadable !== undefined) return this.#unreadable;
    if (this.#renewal !== undefined) return this.#renewal;
    if (error !== undefined) return lost(error);
    // What has an end may come to it; anything that should go on and stops has failed, whatever the exit code.
    const inOrder = this.#plan.facts.finite && code === 0 && this.#frames > 0 && !this.#child.stopping;
    return inOrder ? undefined : failureFrom(report.lines);
  }

  #readFrames(): Promise<void> {
    const cut: (() => void)[] = [];
    const reader = new FrameReader((frame) => {
      this.#plan.mask.burn(frame);
      const position = this.#frames / this.#options.rate;
      this.#frames += 1;
      cut.push(() => {
        this.#listener.alive();
        this.#listener.frame(frame, this.#when(position));
      });
    });
    const push = (chunk: Buffer): readonly (() => void)[] => {
      if (this.#unreadable !== undefined) return [];
      try {
        reader.push(chunk);
      } catch (error) {
        this.#unreadable = asSentinelError(error, 'ES_STREAM_UNUSABLE');
        void this.#child.stop();
      }
      return cut.splice(0);
    };
    return this.#read(1, push, this.#options.pipes[0]);
  }

  #readSound(descriptor: number): Promise<void> {
    const windows: (() => void)[] = [];
    let seen = 0;
    const cutter = new WindowCutter((window) => {
      const position = (soundWindow.samples + seen * soundWindow.hop) / soundWindow.sampleRate;
      seen += 1;
      windows.push(() => {
        this.#listener.audio(window, this.#when(position));
      });
    });
    const push = (chunk: Buffer): readonly (() => void)[] => {
      cutter.push(chunk, this.#options.clock.now());
      return windows.splice(0);
    };
    return this.#read(descriptor, push, this.#options.pipes[1]);
  }

  /** Hands out what chunks complete: at once, or no faster than it is used where a file is played fast. */
  #read(descriptor: number, cut: (chunk: Buffer) => readonly (() => void)[], pipe?: NamedPipe): Promise<void> {
    const take = (chunk: Buffer): void => {
      for (const handOut of cut(chunk)) handOut();
    };
    if (pipe !== undefined) return pipe.read(take);
    const { clock, ready, playback } = this.#options;
    const output = this.#child.output(descriptor);
    if (ready !== undefined && playback === 'fast') {
      const alive = (): void => {
        this.#listener.alive();
      };
      return readAtPace(output, cut, { ready, alive, clock, ending: () => this.#child.stopping });
    }
    output.on('data', take);
    return Promise.resolve();
  }

  #readReport(): FfmpegReport {
    const { clock, secrets } = this.#options;
    return new FfmpegReport(this.#child, {
      secrets,
      clock,
      picture: (picture) => {
        this.#shown(picture);
      },
      said: (line) => {
        const isOfRing = this.#ring?.said(line) === true;
        if (!this.#child.stopping) this.#listener.line(`ffmpeg: ${line}`);
        return !isOfRing;
      },
    });
  }

  #shown({ at, size }: ShownPicture): void {
    if (measured.includes(this.#options.address.protocol)) this.#late.push(at);
    this.#ring?.shows(size);
    this.#size ??= size;
    // Until the next connection ffmpeg would press the new picture into the shape of the old one.
    if (size !== this.#size) this.#renew('size');
  }

  #renew(why: Renewal['why'], lateSeconds = 0): void {
    if (this.#child.stopping || !this.#listener.mayRenew(why)) return;
    this.#renewal = { why, detail: renewalWords[why](lateSeconds) };
    void this.#child.stop();
  }

  #when(position: number): When {
    return { lateMs: this.#late.ms, correctionMs: this.#late.correctionMs, position };
  }
}

function start(options: IngestRunOptions, plan: IngestPlan): Child {
  const { program, facts, audio, ring } = plan;
  const { clock, pipes } = options;
  const [frames, sound] = pipes;
  const { finite, content } = facts;
  const track = content?.audioTrack === undefined ? {} : { audioTrack: content.audioTrack };
  const command = analysisCommand({ ...options, finite }, { ...options, audio, ring, ...track }, program);
  const outputs = outputsOf(plan);
  if (outputs.sound === undefined) sound?.close();
  return NamedPipe.lend([frames, ...(outputs.sound === undefined ? [] : [sound])], ([stdout = 'pipe', ...sounds]) => {
    const extra = [...sounds, ...(outputs.ring === undefined ? [] : ['pipe' as const])];
    return new Child({ program: program.path, clock, ...command, stdout, extra });
  });
}

/** Whether it has not read what the network brought. */
async function isBehind({ pid = 0 }: Child, clock: Clock): Promise<boolean | undefined> {
  for (let look = 0; look < looks; look += 1) {
    const unread = await unreadBytes(pid);
    if (unread === undefined) return undefined;
    if (unread === 0) return false;
    await new Promise<void>((resolve) => void clock.after(betweenMs, resolve));
  }
  return true;
}

/** The list is read whatever becomes of the ring: a full pipe would stop the frames. */
function readList(output: Readable, run: RingRun | undefined): void {
  output.on('data', (chunk: Buffer) => {
    run?.list(chunk);
  });
}

function lost(error: Error): SentinelError {
  return new SentinelError('ES_FFMPEG_MISSING', 'ffmpeg could not be started.', { cause: error });
}
