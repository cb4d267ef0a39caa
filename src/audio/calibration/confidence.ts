import type { Range } from '../../contracts/calibration.ts';

/** Of a normal distribution: 90 % lie within so many deviations, and each end is missed by one truth in twenty. */
const deviations = 1.6449;

/**
 * What the mean of a count may be that came out as `count` (Poisson; after Wilson and Hilferty, within 1 % of the exact one).
 * That nothing was counted proves little: the mean may then be up to 3.
 */
export function countRange(count: number): Range {
  const end = (of: number, side: number): number =>
    of * (1 - 1 / (9 * of) + (side * deviations) / (3 * Math.sqrt(of))) ** 3;
  return { low: count === 0 ? 0 : Math.max(0, end(count, -1)), high: end(count + 1, 1) };
}

/** What a share may be of which `hits` of `of` were seen (after Wilson). Everything is possible when nothing was seen. */
export function shareRange(hits: number, of: number): Range {
  if (of === 0) return { low: 0, high: 1 };
  const share = hits / of;
  const square = deviations ** 2;
  const middle = (share + square / (2 * of)) / (1 + square / of);
  const half = (deviations / (1 + square / of)) * Math.sqrt((share * (1 - share)) / of + square / (4 * of ** 2));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
