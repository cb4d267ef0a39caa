/** A sound with its score, and whether it is of the class. */
export interface JudgedSound {
  /** 0..1. */
  score: number;
  positive: boolean;
}

/** What is to be had at a threshold: of what scores so much or more, the share that is right; of what is right, the share that scores so much. */
export interface OperatingPoint {
  threshold: number;
  precision: number;
  recall: number;
  /** Sounds of another class that score so much or more. */
  falseAlarms: number;
}

/**
 * Precision over recall, one point for each score that occurs, from the highest down. No threshold tells equal scores
 * apart, so they share a point. Empty when nothing is of the class.
 */
export function precisionRecall(sounds: readonly JudgedSound[]): OperatingPoint[] {
  const ranked = sounds.toSorted((a, b) => b.score - a.score);
  const positives = ranked.filter(({ positive }) => positive).length;
  if (positives === 0) return [];
  const points: OperatingPoint[] = [];
  let hits = 0;
  for (const [index, { score, positive }] of ranked.entries()) {
    hits += Number(positive);
    if (ranked[index + 1]?.score === score) continue;
    points.push({
      threshold: score,
      precision: hits / (index + 1),
      recall: hits / positives,
      falseAlarms: index + 1 - hits,
    });
  }
  return points;
}

/** Mean of the precision over the recall that each point gains, not interpolated. Null for an empty curve. */
export function averagePrecision(curve: readonly OperatingPoint[]): number | null {
  if (curve.length === 0) return null;
  return curve.reduce((area, { precision, recall }, index) => {
    return area + precision * (recall - (curve[index - 1]?.recall ?? 0));
  }, 0);
}

/** The point with the best harmonic mean of precision and recall, and that mean. Undefined for an empty curve. */
export function bestF1(curve: readonly OperatingPoint[]): { f1: number; point: OperatingPoint } | undefined {
  let best: { f1: number; point: OperatingPoint } | undefined;
  for (const point of curve) {
    const { precision, recall } = point;
    const f1 = recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
    if (best === undefined || f1 > best.f1) best = { f1, point };
  }
  return best;
}
