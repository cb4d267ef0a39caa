import type { Clock } from '../contracts/ports.ts';
import { redact } from '../network/redact.ts';
import type { Child } from '../process/child.ts';
import { eachLine } from './last-lines.ts';

/** A picture as ffmpeg decoded it, before it is scaled. */
export interface ShownPicture {
  /** Milliseconds on the time line of the stream. */
  at: number;
  /** Such as 1280x720. */
  size: string;
}

interface ReportOptions {
  secrets: readonly string[];
  clock: Clock;
  /** Told of each picture, where `reportPictures` stands in the filters. */
  picture(picture: ShownPicture): void;
  /** Told of what goes wrong, without secrets. @returns whether it may be why the stream ends */
  said(line: string): boolean;
}

/**
 * The filter that makes ffmpeg print time and size of each picture, and the flags that its lines need. Nothing else tells
 * both with every build: a progress report mixes the times of all outputs, and few say that the size has changed.
 */
export const reportPictures = 'showinfo=checksum=0';
export const reportFlags = ['-nostats', '-loglevel', 'level+info'] as const;

const remembered = 20;
/** What was said longer ago than this did not end the stream; a connection that is cut off takes twelve seconds to end. */
const reasonMs = 15_000;

const level = /^((?:\[[^\]]{1,80}\] )?)\[(\w{4,8})\] /;
const told = ['info', 'verbose', 'debug', 'trace'];
/** What ffmpeg tells people who write programs with it; nobody can do anything about it here. */
const forProgrammers = /Timestamps are unset in a packet|deprecated pixel format used/;
const showing = /^\[Parsed_showinfo_\d+ @ \w+\] \[info\] /;
/** Not `pts_time`: it has six digits, which are seconds after a day. */
const pictureTime = / pts: *(-?\d{1,19}) /;
const pictureSize = / s:(\d{2,5}x\d{2,5}) /;
const timeBase = /config in time_base: (\d{1,9})\/(\d{1,9}),/;

/** What an ffmpeg says on stderr while it runs: the pictures that it sees, and what goes wrong. */
export class FfmpegReport {
  readonly #options: ReportOptions;
  readonly #lines: { line: string; at: number }[] = [];
  /** Milliseconds of one tick of the time line. */
  #tickMs = 0;

  constructor(child: Pick<Child, 'output'>, options: ReportOptions) {
    this.#options = options;
    eachLine(child.output(2), (line) => {
      if (showing.test(line)) this.#shown(line);
      else this.#said(line);
    });
  }

  /** What was said of late, oldest first: the reason when it ends now. */
  get lines(): string[] {
    const since = this.#options.clock.monotonic() - reasonMs;
    return this.#lines.filter(({ at }) => at >= since).map(({ line }) => line);
  }

  #shown(line: string): void {
    const [, numerator, denominator] = timeBase.exec(line) ?? [];
    if (numerator !== undefined) this.#tickMs = (1000 * Number(numerator)) / Math.max(1, Number(denominator));
    const ticks = pictureTime.exec(line)?.[1];
    const size = pictureSize.exec(line)?.[1];
    if (ticks !== undefined && size !== undefined) this.#options.picture({ at: Number(ticks) * this.#tickMs, size });
  }

  #said(said: string): void {
    const [prefix = '', context = '', name = ''] = level.exec(said) ?? [];
    if (told.includes(name) || forProgrammers.test(said)) return;
    const line = redact(`${context}${said.slice(prefix.length)}`, this.#options.secrets);
    if (!this.#options.said(line)) return;
    this.#lines.push({ line, at: this.#options.clock.monotonic() });
    if (this.#lines.length > remembered) this.#lines.shift();
  }
}
