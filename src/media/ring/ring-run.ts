import { join } from 'node:path';
import type { Clock } from '../../contracts/ports.ts';
import { segmentName } from './ring-output.ts';
import type { Segment } from './segment.ts';

/** A connection that wrote no segment for so long keeps none: the longest distance of key frames, and some. */
const silentMs = 30_000;
/** Lines come when the next segment begins, never early: the earliest of so many tells the true offset. */
const remembered = 16;
/** A line that is so much later than the others told is on a new time line: the camera set its clock. */
const jumpMs = 10_000;
const longestLine = 1000;
/** How often the file that grows is looked at. */
const lookMs = 5000;

export interface RingRunOptions {
  folder: string;
  video: string;
  sound: boolean;
  mask: string | undefined;
  captureDelayMs: number;
  /** Milliseconds by which this machine is behind now. */
  lateMs: () => number;
  clock: Clock;
}

export interface RingRunListener {
  /** A segment is complete. */
  segment(segment: Segment): void;
  /** Nothing more is kept of this connection. */
  lost(why: string): void;
  /** From time to time: this file, an absolute path, is being written. A camera may send no second key frame for hours. */
  grows(file: string): void;
}

/** What one connection writes into the ring, from the list that ffmpeg prints. */
export class RingRun {
  readonly #options: RingRunOptions;
  readonly #listener: RingRunListener;
  /** Arrival less stream time of the last lines, ms. */
  readonly #offsets: number[] = [];
  #rest = '';
  /** Number of the segment that is being written. */
  #number = 0;
  /** Where it starts: unknown until the first one is complete. */
  #from: number | undefined;
  #isSpoilt = false;
  #cancel: () => void;
  #cancelLook: () => void;
  #ended = false;
  #size: string | undefined;
  /** From here on there are pictures of more than one size in a segment. */
  #mixed = false;

  constructor(options: RingRunOptions, listener: RingRunListener) {
    this.#options = options;
    this.#listener = listener;
    this.#cancel = this.#watch();
    this.#cancelLook = this.#look();
  }

  /** What ffmpeg wrote on the list: a line such as `s003.ts,4.109333,5.109333` for each complete segment. */
  list(chunk: Buffer): void {
    const lines = (this.#rest + chunk.toString('latin1')).split('\n');
    this.#rest = (lines.pop() ?? '').slice(-longestLine);
    for (const line of lines) this.#entry(line);
  }

  /** The size of the pictures that come. One file holds one size: after another the rest of this connection is not kept. */
  shows(size: string): void {
    this.#size ??= size;
    if (this.#size === size) return;
    this.#mixed = true;
    this.end();
  }

  /** What ffmpeg said: the tee tells when it drops the ring. @returns whether it is about the ring alone */
  said(line: string): boolean {
    const why = /Slave muxer #0 failed: (.{1,100}), continuing/.exec(line)?.[1];
    if (why !== undefined && !this.#ended) {
      this.end();
      this.#listener.lost(why);
    }
    return /^\[(segment|tee) @ /.test(line);
  }

  /** The connection is over. */
  end(): void {
    this.#ended = true;
    this.#from = undefined;
    this.#cancel();
    this.#cancelLook();
  }

  /** The file that grows is worth nothing, now and when it is complete. @returns false when it grows no more */
  spoil(file: string): boolean {
    if (this.#ended || file !== this.#fileOf(this.#number)) return false;
    this.#isSpoilt = true;
    return true;
  }

  /** The segment that is being written, as far as it has come. */
  get open(): Segment | undefined {
    if (this.#from === undefined || this.#isSpoilt) return undefined;
    return this.#segment(this.#number, this.#from, this.#present(), true);
  }

  #entry(line: string): void {
    const [, number, start, end] = /^s(\d+)\.ts,(-?[\d.]+),(-?[\d.]+)\s*$/.exec(line) ?? [];
    const [from, to] = [Number(start) * 1000, Number(end) * 1000];
    if (number === undefined || !(to > from) || this.#mixed) return;
    const offset = this.#offset(to);
    if (!this.#isSpoilt) this.#listener.segment(this.#segment(Number(number), from + offset, to + offset, false));
    if (this.#ended) return;
    this.#number = Number(number) + 1;
    this.#from = to + offset;
    this.#isSpoilt = false;
    this.#cancel();
    this.#cancel = this.#watch();
  }

  /** Capture time of stream time zero, told by the arrival of a line about `to`. */
  #offset(to: number): number {
    const offset = this.#present() - to;
    if (offset - Math.min(...this.#offsets, Infinity) > jumpMs) this.#offsets.length = 0;
    this.#offsets.push(offset);
    if (this.#offsets.length > remembered) this.#offsets.shift();
    return Math.min(...this.#offsets);
  }

  /** When the lens saw what comes now. */
  #present(): number {
    const { clock, captureDelayMs, lateMs } = this.#options;
    return clock.monotonic() - captureDelayMs - lateMs();
  }

  #segment(number: number, from: number, to: number, open: boolean): Segment {
    const { video, sound, mask } = this.#options;
    const file = this.#fileOf(number);
    return { file, from, to, bytes: 0, video, size: this.#size ?? '', sound, mask, open };
  }

  #fileOf(number: number): string {
    return join(this.#options.folder, segmentName(number));
  }

  #look(): () => void {
    return this.#options.clock.after(lookMs, () => {
      this.#cancelLook = this.#look();
      this.#listener.grows(this.#fileOf(this.#number));
    });
  }

  #watch(): () => void {
    return this.#options.clock.after(silentMs, () => {
      if (!this.#ended && !this.#isSpoilt) this.#listener.lost('nothing was written for half a minute');
    });
  }
}
