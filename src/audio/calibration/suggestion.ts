import {
  minutesFor,
  type CalibrationPoint,
  type SuggestionReason,
  type ThresholdSuggestion,
} from '../../contracts/calibration.ts';
import { shareRange } from './confidence.ts';
import { FalseAlarms, justAbove, logit, probability, type Turns } from './false-alarms.ts';
import { averagePrecision, precisionRecall, type JudgedSound } from './precision-recall.ts';

/** What is known of one class at one microphone. Scores are 0..1. */
export interface CalibrationEvidence {
  /** While nothing happened: the best score of each block of 10 s. */
  ambient: readonly number[];
  /** The best score of each clip in which somebody let the class be heard. */
  positives: readonly number[];
  /** What a person said of later: that was nothing. With the days in which they could be said. */
  dismissed: { scores: readonly number[]; days: number };
}

/** What a suggestion is for. */
export interface SuggestionWish {
  /** False alarms of this class a day, above 0. */
  budgetPerDay: number;
  /** The threshold that the package is shipped with: it stays where nothing speaks against it. */
  shipped: number;
}

const leastThreshold = 0.05;
const mostThreshold = 0.999;
/** Points of a curve. */
const points = 48;

/**
 * Suggests the threshold of a class for a budget of false alarms: the shipped one if that keeps the budget, a higher one if not, and
 * a lower one only where the recording is long enough to prove the budget and clips of the class ask for it.
 */
export async function suggestThreshold(
  evidence: CalibrationEvidence,
  { budgetPerDay, shipped }: SuggestionWish,
  turns: Turns,
): Promise<ThresholdSuggestion> {
  const { ambient, positives, dismissed } = evidence;
  const alarms = await FalseAlarms.of(ambient, turns);
  await turns.turn();
  const ap = averagePrecision(precisionRecall(judged(evidence)));
  await turns.turn();
  const found = (threshold: number): number => positives.filter((score) => score >= threshold).length;
  const told = (threshold: number | null, reason: SuggestionReason): ThresholdSuggestion => {
    const at = threshold ?? shipped;
    return {
      ...{
        threshold,
        reason,
        neededMinutes: minutesFor(budgetPerDay),
        falseAlarms: alarms.at(at),
        curve: curveOf(evidence, alarms),
      },
      recall: { hits: found(at), of: positives.length, ...shareRange(found(at), positives.length) },
      dismissedPerDay: dismissed.scores.filter((score) => score >= at).length / dismissed.days,
      ap,
    };
  };

  const quiet = alarms.thresholdFor(budgetPerDay);
  const undisturbed = dismissedBelow(dismissed, budgetPerDay);
  if (quiet === undefined) {
    // What people dismissed counts even where nobody listened to the place itself.
    return undisturbed > shipped ? told(upwards(undisturbed), 'raised') : told(null, 'listen-longer');
  }
  const least = Math.max(leastThreshold, quiet, undisturbed);
  if (least > mostThreshold) return told(mostThreshold, 'over-budget');
  if (least > shipped) return told(upwards(least), 'raised');
  if (budgetPerDay < alarms.finestPerDay) return told(shipped, 'shipped-unproven');
  if (found(least) === found(shipped)) return told(shipped, 'shipped-fits');
  // Half-way to the faintest clip that the budget lets through, so that neither is close.
  const faintest = Math.min(...positives.filter((score) => score >= least));
  return told(upwards(probability((logit(least) + logit(Math.min(faintest, shipped))) / 2), faintest), 'lowered');
}

/** The lowest threshold at which no more than the budget would have been dismissed. */
function dismissedBelow({ scores, days }: CalibrationEvidence['dismissed'], budgetPerDay: number): number {
  const first = scores.toSorted((a, b) => b - a)[Math.floor(budgetPerDay * days)];
  return first === undefined ? 0 : justAbove(first);
}

/** Three digits, rounded up, but not beyond a limit. */
function upwards(threshold: number, limit = mostThreshold): number {
  return Math.min(limit, mostThreshold, Math.ceil(threshold * 1000) / 1000);
}

/** What scores less than every clip has no say in the average precision. */
function judged({ ambient, positives, dismissed }: CalibrationEvidence): JudgedSound[] {
  const faintest = Math.min(...positives);
  const negatives = [...ambient, ...dismissed.scores].filter((score) => score >= faintest);
  return [
    ...positives.map((score) => ({ score, positive: true })),
    ...negatives.map((score) => ({ score, positive: false })),
  ];
}

/** What each of some thresholds has to offer, from the lowest up. */
function curveOf({ positives, dismissed }: CalibrationEvidence, alarms: FalseAlarms): CalibrationPoint[] {
  const count = (scores: readonly number[], threshold: number): number =>
    scores.filter((score) => score >= threshold).length;
  return Array.from({ length: points }, (_, index) => {
    const [first, last] = [logit(leastThreshold), logit(mostThreshold)];
    const threshold = probability(first + (index / (points - 1)) * (last - first));
    const hits = count(positives, threshold);
    const fired = hits + alarms.countFrom(threshold) + count(dismissed.scores, threshold);
    return {
      threshold,
      recall: positives.length === 0 ? null : hits / positives.length,
      precision: positives.length === 0 || fired === 0 ? null : hits / fired,
      falseAlarmsPerDay: alarms.perDayAt(threshold),
    };
  });
}
