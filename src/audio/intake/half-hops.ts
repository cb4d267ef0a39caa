import { RecentSources } from '../../confirmation/recent-sources.ts';
import type { AudioWindow } from '../../contracts/messages.ts';
import { sourceKey } from '../../contracts/source-key.ts';
import { levelOf } from '../../pcm/level.ts';
import { continues } from '../../pcm/overlap.ts';
import { soundWindow } from '../../pcm/sound-window.ts';

const { samples: length, hop } = soundWindow;
const half = hop / 2;

/** What a sound window that lies half a hop before another one is earlier by, in seconds. */
const halfSeconds = half / soundWindow.sampleRate;

/** A window and by how many seconds it is earlier than the one that came. */
export interface HopWindow {
  window: AudioWindow;
  samples: Float32Array;
  earlier: number;
}

/** Finds the windows between those of a source: all of their sound is in the one before and the one after. */
export class HalfHops {
  readonly #sources = new RecentSources<{ last?: Float32Array }>(() => ({}));

  /** A window that came, behind the one that ends 0.24 s before it; without that for the first one and the first after a gap. */
  windows(window: AudioWindow, samples: Float32Array): HopWindow[] {
    const between = this.#between(sourceKey(window), samples);
    const seq = 2 * window.seq;
    const itself = { window: { ...window, seq, hop: half }, samples, earlier: 0 };
    if (between === undefined) return [itself];
    const capturedAt = window.capturedAt - halfSeconds * 1000;
    const before = { ...itself.window, seq: Math.max(0, seq - 1), capturedAt, ...levelOf(between) };
    return [{ window: before, samples: between, earlier: halfSeconds }, itself];
  }

  #between(source: string, samples: Float32Array): Float32Array | undefined {
    if (samples.length !== length) return undefined;
    const known = this.#sources.of(source);
    const before = known.last;
    // A copy: whoever gets the message behind this node may change its samples.
    known.last = samples.slice();
    if (before === undefined || !continues(before, samples, hop)) return undefined;
    const between = new Float32Array(length);
    between.set(before.subarray(half));
    between.set(samples.subarray(length - hop, length - half), length - half);
    return between;
  }
}
