import { loudnessOf } from '../../../pcm/level.ts';
import { clipWindows } from './clip-windows.ts';

/** Windows of one clip that are learnt from: a long clip must not outweigh the others. */
const mostWindows = 6;
/** A window so many dB softer than the loudest one holds none of the sound that the clip was recorded for. */
const mostSofter = 24;
/** Everything below is silence. */
const silenceDbfs = -80;

/**
 * The windows of a clip that hold its sound, in order: the loudest six at most, none far softer than the loudest. Empty for
 * silence. @param samples Mono, 16 kHz
 */
export function tellingWindows(samples: Float32Array): Float32Array[] {
  const windows = clipWindows(samples).map(({ samples: window }, place) => ({
    window,
    place,
    level: loudnessOf(window).dbfs,
  }));
  const loudest = Math.max(...windows.map(({ level }) => level));
  if (loudest < silenceDbfs) return [];
  return windows
    .filter(({ level }) => level >= loudest - mostSofter)
    .sort((a, b) => b.level - a.level)
    .slice(0, mostWindows)
    .sort((a, b) => a.place - b.place)
    .map(({ window }) => window);
}
