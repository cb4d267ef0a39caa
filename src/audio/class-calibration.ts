import { SentinelError } from '../contracts/errors.ts';
import type { Calibration } from '../inference/model-description.ts';

/** Keeps logits finite. */
const leastProbability = 1e-5;

export function logit(probability: number): number {
  const safe = Math.min(1 - leastProbability, Math.max(leastProbability, probability));
  return Math.log(safe / (1 - safe));
}

export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

/**
 * Turns the logit of a raw score into a calibrated score. A number shifts; points `[raw, calibrated]` are joined by
 * straight lines between their logits, and beyond the first and the last everything moves along with that point. So
 * what sounds more like a class never gets a lower score, and no score is ever cut off.
 * @throws SentinelError ES_MODEL_INVALID when the points do not rise.
 */
export function calibrationCurve(calibration: Calibration, of: string): (rawLogit: number) => number {
  if (typeof calibration === 'number') return (rawLogit) => sigmoid(rawLogit + calibration);
  const points = calibration.map(([raw, calibrated]) => ({ raw: logit(raw), lift: logit(calibrated) - logit(raw) }));
  points.forEach(({ raw, lift }, index) => {
    const before = points[index - 1];
    if (before === undefined || (raw > before.raw && raw + lift > before.raw + before.lift)) return;
    throw new SentinelError('ES_MODEL_INVALID', `The calibration of ${of} does not rise from point to point.`);
  });
  return (rawLogit) => sigmoid(rawLogit + liftAt(points, rawLogit));
}

interface CurvePoint {
  raw: number;
  lift: number;
}

/** How far the curve lies above the raw logit. */
function liftAt(points: readonly CurvePoint[], rawLogit: number): number {
  const next = points.findIndex(({ raw }) => raw >= rawLogit);
  const [left, right] = [points[next === -1 ? points.length - 1 : next - 1], points[next]];
  if (left === undefined || right === undefined) return (left ?? right)?.lift ?? 0;
  const share = (rawLogit - left.raw) / (right.raw - left.raw);
  return left.lift + share * (right.lift - left.lift);
}
