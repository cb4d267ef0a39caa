import type { AudioScores } from '../../contracts/messages.ts';

/** A raw class from this score on explains a loud sound. */
const explainedFrom = 0.5;
/** A loud sound is over when it is so much quieter, in dB. */
const quieterBy = 6;

/** The limits of `loudness`: it begins with one window, and lasts a little below the level at which it begins. */
export const loudnessLimits = { threshold: 1, single: 1, release: 0.5 } as const;

/**
 * How much a window speaks for a loud sound that nothing explains: 1 it is one, 0.5 one that began goes on, 0 there is none.
 * @param limits `loudDbfs` 0: never. `everyday`: loud as they may be, they are no riddle.
 */
export function loudness(
  { top, dbfs }: Pick<AudioScores, 'top' | 'dbfs'>,
  { loudDbfs, everyday }: { loudDbfs: number; everyday: readonly string[] },
): number {
  if (loudDbfs >= 0 || dbfs < loudDbfs - quieterBy) return 0;
  if (top.some(({ label, score }) => score >= explainedFrom && everyday.includes(label))) return 0;
  return dbfs >= loudDbfs ? 1 : 0.5;
}
