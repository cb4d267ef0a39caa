import type { SoundClass } from '../../contracts/messages.ts';
import { packError, type PackedError } from '../../inference/worker-messages.ts';
import { soundWindow } from '../../pcm/sound-window.ts';
import type { JudgedPatches } from '../classification.ts';
import { readPart } from '../clip-parts.ts';
import { patch, type LogMel } from '../log-mel.ts';
import { quantised } from './quantised-rows.ts';
import type { ClipStretch } from './stretches.ts';

/** What was heard in a stretch, or why it cannot be heard. */
export type HeardStretch = StretchScores | { error: PackedError };

export interface StretchScores {
  /** Of each window. */
  scores: Record<SoundClass, number>[];
  /** Of each window, what a head that the user trained says; absent as in `HeardSound`. */
  trained?: Record<string, number>[];
  /** The best raw classes of the window with the highest score. */
  top: { label: string; score: number }[];
  /** Of its own samples: their number, sum and sum of squares, and the largest absolute one. */
  level: { count: number; sum: number; squares: number; peak: number };
  /** Log-mel of its own frames, 64 bytes each, when they were asked for. */
  rows?: Uint8Array;
}

interface Ears {
  logMel: LogMel;
  judge: (patches: Float32Array, count: number) => Promise<JudgedPatches>;
}

/** Frames from the beginning of a window to that of the next. */
const hopFrames = soundWindow.hop / 160;

/** Judges stretches of clips, all windows of all of them in one run. One that cannot be used does not spoil the others. */
export async function hearStretches(stretches: readonly ClipStretch[], ears: Ears): Promise<HeardStretch[]> {
  const total = stretches.reduce((sum, { windows }) => sum + windows, 0);
  const patches = new Float32Array(total * patch.size);
  let filled = 0;
  const prepared = stretches.map((stretch) => {
    try {
      const ready = prepare(stretch, ears.logMel, patches.subarray(filled * patch.size));
      filled += stretch.windows;
      return { ...ready, first: filled - stretch.windows, windows: stretch.windows };
    } catch (thrown) {
      return packError(thrown, 'ES_AUDIO_INVALID');
    }
  });
  if (filled === 0) return prepared.map((one) => ({ error: one as PackedError }));
  const judged = await ears.judge(patches.subarray(0, filled * patch.size), filled);
  return prepared.map((one) => {
    if (!('first' in one)) return { error: one };
    const { first, windows, level, rows } = one;
    const scores = Array.from({ length: windows }, (_, index) => judged.scores(first + index));
    const peaks = scores.map((window) => Math.max(...Object.values(window)));
    const strongest = peaks.indexOf(Math.max(...peaks));
    const trained = scores.map((_, index) => judged.trained(first + index)).filter((said) => said !== undefined);
    return {
      ...{ scores, top: judged.top(first + strongest), level },
      ...(rows === undefined ? {} : { rows }),
      ...(trained.length === 0 ? {} : { trained }),
    };
  });
}

/** Computes each log-mel row once and lays the patches of the windows, which share rows, one after the other. */
function prepare(stretch: ClipStretch, logMel: LogMel, patches: Float32Array): Pick<StretchScores, 'level' | 'rows'> {
  const { windows, own } = stretch;
  const samples = readPart(stretch);
  const frames = (windows - 1) * hopFrames + patch.frames;
  const rows = new Float32Array(frames * patch.bands);
  logMel.write(samples, rows, frames);
  for (let window = 0; window < windows; window++) {
    const first = window * hopFrames * patch.bands;
    patches.set(rows.subarray(first, first + patch.size), window * patch.size);
  }
  const level = measured(samples.subarray(0, own));
  if (!stretch.rows) return { level };
  const ownFrames = Math.min(frames, Math.ceil(own / (soundWindow.hop / hopFrames)));
  return { level, rows: quantised(rows.subarray(0, ownFrames * patch.bands)) };
}

/** By index: an iterator makes an object of every sample. */
function measured(samples: Float32Array): StretchScores['level'] {
  let [sum, squares, peak] = [0, 0, 0];
  const { length } = samples;
  for (let index = 0; index < length; index += 1) {
    const sample = samples[index] ?? 0;
    sum += sample;
    squares += sample * sample;
    peak = Math.max(peak, Math.abs(sample));
  }
  return { count: samples.length, sum, squares, peak };
}
