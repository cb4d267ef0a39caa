import { resampleReach, resampleStep } from '../../pcm/resample.ts';
import { soundWindow } from '../../pcm/sound-window.ts';
import { floatsAt } from '../../pcm/wav.ts';
import type { ClipPart } from '../clip-parts.ts';

const { sampleRate: target, samples: windowSamples, hop } = soundWindow;
/** Sound is brought to 16 kHz in pieces of at least so much: less would cost more in messages than in sums. */
const leastSeconds = 0.24;
const mostSeconds = 1;

/** A window of sound; `endSeconds` counts from the first sample of its stream. */
export interface RawWindow {
  samples: Float32Array;
  endSeconds: number;
}

/**
 * Sound of one source and rate, without a gap, as it comes: a ring of what still has a say in windows to come. It is cut
 * into pieces that can be resampled without a seam, and what they become is cut into windows.
 */
export class RawStream {
  readonly rate: number;
  readonly #reach: number;
  /** Length of a piece is a multiple of `from`, and becomes one of `to`. */
  readonly #step: { from: number; to: number };
  /** Samples as they came, from `#first` on, counted from the beginning of the stream. */
  #kept = new Float32Array();
  #first = 0;
  /** So many are resampled. */
  #done = 0;
  readonly #window = new Float32Array(windowSamples);
  #filled = 0;
  #resampled = 0;

  constructor(rate: number) {
    this.rate = rate;
    this.#reach = rate === target ? 0 : resampleReach(rate, target);
    this.#step = resampleStep(rate, target);
  }

  /** Samples that came so far. */
  get count(): number {
    return this.#first + this.#kept.length;
  }

  add(samples: Float32Array): void {
    const keptFrom = Math.max(0, this.#done - this.#reach - this.#first);
    const kept = new Float32Array(this.#kept.length - keptFrom + samples.length);
    kept.set(this.#kept.subarray(keptFrom));
    kept.set(samples, this.#kept.length - keptFrom);
    this.#first += keptFrom;
    this.#kept = kept;
  }

  /** The next piece to resample, up to a second; undefined while there is not enough. */
  take(): ClipPart | undefined {
    const ready = this.count - this.#reach - this.#done;
    const { from: step, to } = this.#step;
    const most = Math.max(1, Math.floor((mostSeconds * this.rate) / step)) * step;
    const length = Math.min(most, Math.floor(ready / step) * step);
    if (length < Math.min(most, leastSeconds * this.rate)) return undefined;
    const lead = Math.min(this.#reach, this.#done);
    const from = this.#done - lead - this.#first;
    const piece = this.#kept.slice(from, from + lead + length + this.#reach);
    this.#done += length;
    return {
      bytes: new Uint8Array(piece.buffer),
      format: floatsAt(this.rate),
      lead,
      // In whole numbers: by seconds it may come out a hair too small, and the last sample would be lost.
      count: (length / step) * to,
    };
  }

  /** Takes what a piece has become at 16 kHz. */
  *windows(samples: Float32Array): Generator<RawWindow> {
    for (let used = 0; used < samples.length;) {
      const part = samples.subarray(used, used + windowSamples - this.#filled);
      this.#window.set(part, this.#filled);
      this.#filled += part.length;
      this.#resampled += part.length;
      used += part.length;
      if (this.#filled < windowSamples) continue;
      yield { samples: this.#window.slice(), endSeconds: this.#resampled / target };
      this.#window.copyWithin(0, hop);
      this.#filled = windowSamples - hop;
    }
  }
}
