import { packError, type PackedError } from '../../inference/worker-messages.ts';
import { levelOfSums, sumsOf, type SampleSums } from '../../pcm/level.ts';
import { soundWindow } from '../../pcm/sound-window.ts';
import type { HeardSound, JudgedPatches } from '../classification.ts';
import { readPart } from '../clip-parts.ts';
import { frameHop, patch, type LogMel } from '../log-mel.ts';
import { columnsOf } from './spectrogram-columns.ts';
import type { ClipStretch } from './stretches.ts';

/** What was heard in a stretch, or why it cannot be heard. */
export type HeardStretch = StretchScores | { error: PackedError };

/** What was heard in one window of a clip, and how loud it was. */
export type HeardPiece = HeardSound & { dbfs: number; peak: number };

export interface StretchScores {
  windows: HeardPiece[];
  /** Of its own samples. */
  sums: SampleSums;
  /** Columns of a spectrogram of its own rows, 64 bytes each, where they were asked for. */
  columns?: Uint8Array;
}

interface Ears {
  logMel: LogMel;
  judge: (patches: Float32Array, count: number) => Promise<JudgedPatches>;
}

/** Frames from the beginning of a window to that of the next. */
const hopFrames = soundWindow.hop / frameHop;

/** Judges stretches of clips, all windows of all of them in one run. One that cannot be used does not spoil the others. */
export async function hearStretches(stretches: readonly ClipStretch[], ears: Ears): Promise<HeardStretch[]> {
  const total = stretches.reduce((sum, { windows }) => sum + windows, 0);
  const patches = new Float32Array(total * patch.size);
  let filled = 0;
  const prepared = stretches.map((stretch) => {
    try {
      const ready = prepare(stretch, ears.logMel, patches.subarray(filled * patch.size));
      filled += stretch.windows;
      return { ...ready, first: filled - stretch.windows };
    } catch (thrown) {
      return packError(thrown, 'ES_AUDIO_INVALID');
    }
  });
  if (filled === 0) return prepared.map((one) => ({ error: one as PackedError }));
  const judged = await ears.judge(patches.subarray(0, filled * patch.size), filled);
  return prepared.map((one) => {
    if (!('first' in one)) return { error: one };
    const { first, levels, sums, columns } = one;
    const windows = levels.map((level, index) => ({ ...judged.heard(first + index), ...level }));
    return columns === undefined ? { windows, sums } : { windows, sums, columns };
  });
}

/** Computes each log-mel row once and lays the patches of the windows, which share rows, one after the other. */
function prepare(
  stretch: ClipStretch,
  logMel: LogMel,
  patches: Float32Array,
): { levels: { dbfs: number; peak: number }[] } & Pick<StretchScores, 'sums' | 'columns'> {
  const { windows, own, rowsPerColumn } = stretch;
  const samples = readPart(stretch);
  const frames = (windows - 1) * hopFrames + patch.frames;
  const rows = new Float32Array(frames * patch.bands);
  logMel.write(samples, rows, frames);
  for (let window = 0; window < windows; window++) {
    const first = window * hopFrames * patch.bands;
    patches.set(rows.subarray(first, first + patch.size), window * patch.size);
  }
  const levels = levelsOf(samples, windows);
  const heard = { levels, sums: sumsOf(samples.subarray(0, own)) };
  if (rowsPerColumn === 0) return heard;
  const ownFrames = Math.min(frames, Math.ceil(own / frameHop));
  return { ...heard, columns: columnsOf(rows.subarray(0, ownFrames * patch.bands), rowsPerColumn) };
}

/** How loud each window is. Each sample is counted once: a window is two hops and the first samples of the next one. */
function levelsOf(samples: Float32Array, windows: number): { dbfs: number; peak: number }[] {
  const { hop } = soundWindow;
  const rest = soundWindow.samples - 2 * hop;
  const edge = (index: number): number => Math.floor(index / 2) * hop + (index % 2) * rest;
  const pieces = Array.from({ length: 2 * windows + 3 }, (_, index) => {
    // What is absent is silence.
    return { ...sumsOf(samples.subarray(edge(index), edge(index + 1))), count: edge(index + 1) - edge(index) };
  });
  return Array.from({ length: windows }, (_, window) => levelOfSums(pieces.slice(2 * window, 2 * window + 5)));
}
