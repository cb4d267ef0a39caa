import { RecentSources } from '../confirmation/recent-sources.ts';
import { continues } from '../pcm/overlap.ts';
import { frameHop, LogMel, patch } from './log-mel.ts';

/** The last window of a source and its patch. */
interface Remembered {
  samples: Float32Array;
  rows: Float32Array;
}

/** Windows follow each other after 0.48 s or 0.24 s, which are whole frames; two nodes may ask for the same one. */
const hops = [48 * frameHop, 24 * frameHop, 0] as const;

/**
 * Log-mel patches of sources whose windows overlap. Rows do not depend on the window they stand in, so those of sound that
 * was in the last window of the source are taken from there. The samples themselves are compared: no word of the asker is
 * believed, and a gap, a new stream or another source of the same name only means that all rows are computed.
 */
export class RowMemory {
  readonly #logMel = new LogMel();
  /** Each has 87 KB. */
  readonly #sources = new RecentSources<{ last?: Remembered }>(() => ({}));
  #computed = 0;

  /** Rows that were computed so far. */
  get computed(): number {
    return this.#computed;
  }

  /**
   * Writes the patch of a window, the same numbers as `LogMel` alone would.
   * @param samples 15,600 samples at 16 kHz; they stay here until the next window of the source.
   */
  write(source: string, samples: Float32Array, into: Float32Array): void {
    const known = this.#sources.of(source);
    const before = known.last;
    const hop = before && hops.find((one) => continues(before.samples, samples, one));
    const ready = hop === undefined ? 0 : patch.frames - hop / frameHop;
    if (before !== undefined) into.set(before.rows.subarray((patch.frames - ready) * patch.bands));
    this.#logMel.write(samples, into, patch.frames, ready);
    this.#computed += patch.frames - ready;
    known.last = { samples, rows: into.slice(0, patch.size) };
  }
}
