import type { TrainingRequest } from '../../contracts/training.ts';
import type { Learnt } from './learning/learning.ts';

/** @returns a sentence that says why a head is kept without being put to use, and how it can be; undefined: it is put to use. */
export function whyKept(
  version: number,
  { comparison, results }: Pick<Learnt, 'comparison' | 'results'>,
  { force, activate, origin }: Pick<TrainingRequest, 'force' | 'activate' | 'origin'>,
): string | undefined {
  const why = (reason: string): string =>
    `${reason} Activate it in sentinel-audio-train, or, while Node-RED is stopped, with: echosight audio-train --activate ${version}`;
  if (activate === false) {
    const whose = origin === 'http' ? 'came by HTTP' : 'was asked for that way';
    return why(`Version ${version} is kept and not put to use, since it ${whose}.`);
  }
  if (force === true) return undefined;
  if (comparison?.worse === true) {
    return why(
      `Version ${version} is kept and not put to use, since it finds fewer clips than version ${comparison.with}.`,
    );
  }
  const least = leastAccuracy(results.classes.length);
  if (results.balancedAccuracy >= least) return undefined;
  const [found, needed] = [results.balancedAccuracy, least].map((share) => `${Math.floor(100 * share)} %`);
  return why(
    `Version ${version} is kept and not put to use, since it finds only ${found} of the clips; ${needed} are needed.`,
  );
}

/** Half way between guessing and always right; a head that hardly beats chance alarms for nothing. @param classes that have clips */
export function leastAccuracy(classes: number): number {
  return (1 / classes + 1) / 2;
}
