import { isQuiet } from '../../../contracts/training.ts';

/** What is made of all windows of one clip. */
export interface ClipVerdict {
  /** Per class: the best window of one that fires, the mean of a quiet one. */
  scores: Float64Array;
  /** The class that was found. */
  found: number;
}

/** A class that fires is believed from here on, when there is a quiet one. */
const believed = 0.5;

/**
 * As a node hears it: one window in which a class fires is enough, and only where none does it was quiet.
 * @param windows Probabilities of each, in the order of the labels.
 */
export function verdictOf(windows: readonly ArrayLike<number>[], labels: readonly string[]): ClipVerdict {
  const scores = Float64Array.from(labels, (label, place) => {
    const ofClass = windows.map((window) => window[place] ?? 0);
    if (!isQuiet(label)) return Math.max(0, ...ofClass);
    return ofClass.reduce((sum, score) => sum + score, 0) / Math.max(1, ofClass.length);
  });
  const places = [...labels.keys()];
  const firing = bestOf(
    places.filter((place) => !isQuiet(labels[place] ?? '')),
    scores,
  );
  const quiet = bestOf(
    places.filter((place) => isQuiet(labels[place] ?? '')),
    scores,
  );
  if (firing === undefined) return { scores, found: quiet ?? 0 };
  const fires = quiet === undefined || (scores[firing] ?? 0) >= believed;
  return { scores, found: fires ? firing : quiet };
}

function bestOf(places: readonly number[], scores: Float64Array): number | undefined {
  return places.reduce<number | undefined>((best, place) => {
    return best === undefined || (scores[place] ?? 0) > (scores[best] ?? 0) ? place : best;
  }, undefined);
}

/** Mean of the recalls of the classes that have clips. */
export function balancedAccuracy(verdicts: readonly { wanted: number; found: number }[]): number {
  const classes = [...new Set(verdicts.map(({ wanted }) => wanted))];
  const recalls = classes.map((wanted) => {
    const all = verdicts.filter((one) => one.wanted === wanted);
    return all.filter(({ found }) => found === wanted).length / all.length;
  });
  return recalls.reduce((sum, recall) => sum + recall, 0) / Math.max(1, recalls.length);
}

/** Probabilities after the scores behind them were multiplied. */
export function sharpened(probabilities: ArrayLike<number>, scale: number): Float64Array {
  const powers = Float64Array.from(probabilities, (probability) => Math.max(1e-12, probability) ** scale);
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** Factors that are tried: strong L2 makes heads too modest, few clips make them too bold. */
const scales = Array.from({ length: 25 }, (_, index) => 0.5 * 8 ** (index / 24));

/**
 * The factor on the scores with which the probabilities of clips that were held out are right most often: a class that is
 * said to be there with 0.8 then is there four times in five.
 */
export function bestScale(answers: readonly { windows: readonly Float64Array[]; wanted: number }[]): number {
  const weights = new Map<number, number>();
  for (const { wanted, windows } of answers) weights.set(wanted, (weights.get(wanted) ?? 0) + windows.length);
  const lossAt = (scale: number): number =>
    answers.reduce((sum, { windows, wanted }) => {
      const weight = 1 / (weights.get(wanted) ?? 1);
      return windows.reduce((part, window) => {
        return part - weight * Math.log(Math.max(1e-9, sharpened(window, scale)[wanted] ?? 0));
      }, sum);
    }, 0);
  return scales.reduce((best, scale) => (lossAt(scale) < lossAt(best) ? scale : best), 1);
}

/** A score, whether the class was there, and how much it counts. */
export interface ScoredClip {
  score: number;
  isClass: boolean;
  weight: number;
}

const thresholdLimits = { least: 0.3, most: 0.95, usual: 0.5 } as const;

/** The threshold with the best F1: as near to the usual one as the gap between the scores allows. */
export function thresholdOf(clips: readonly ScoredClip[]): number {
  const sorted = clips.toSorted((a, b) => b.score - a.score);
  const positives = sum(sorted.filter(({ isClass }) => isClass));
  let [hits, alarms, best, threshold] = [0, 0, -1, thresholdLimits.usual as number];
  sorted.forEach(({ score, isClass, weight }, index) => {
    if (isClass) hits += weight;
    else alarms += weight;
    const next = sorted[index + 1]?.score ?? 0;
    if (next === score) return;
    const f1 = (2 * hits) / (hits + alarms + positives);
    if (f1 <= best) return;
    const margin = Math.min(0.02, (score - next) / 2);
    [best, threshold] = [f1, Math.min(score - margin, Math.max(next + margin, thresholdLimits.usual))];
  });
  const rounded = Math.round(threshold * 100) / 100;
  return Math.min(thresholdLimits.most, Math.max(thresholdLimits.least, rounded));
}

function sum(clips: readonly ScoredClip[]): number {
  return clips.reduce((total, { weight }) => total + weight, 0);
}
