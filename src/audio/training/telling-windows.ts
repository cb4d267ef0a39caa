import { clipWindows } from '../clip-windows.ts';

/** Windows of one clip that are learnt from: a long clip must not outweigh the others. */
const mostWindows = 6;
/** A window softer than this share of the loudest one holds none of the sound that the clip was recorded for. */
const leastShare = 0.06;
/** Loudest sample of what counts as silence. */
const silence = 1e-4;

/**
 * The windows of a clip that hold its sound, in order: the loudest six at most, none far softer than the loudest. Empty for
 * silence. @param samples Mono, 16 kHz
 */
export function tellingWindows(samples: Float32Array): Float32Array[] {
  const windows = clipWindows(samples).map(({ samples: window }, place) => ({ window, place, level: levelOf(window) }));
  const loudest = Math.max(...windows.map(({ level }) => level));
  if (loudest < silence) return [];
  return windows
    .filter(({ level }) => level >= leastShare * loudest)
    .sort((a, b) => b.level - a.level)
    .slice(0, mostWindows)
    .sort((a, b) => a.place - b.place)
    .map(({ window }) => window);
}

/** RMS of what can be heard: a constant counts for nothing. */
function levelOf(samples: Float32Array): number {
  let [sum, squares] = [0, 0];
  for (const sample of samples) {
    sum += sample;
    squares += sample * sample;
  }
  const mean = sum / samples.length;
  return Math.sqrt(Math.max(0, squares / samples.length - mean * mean));
}
