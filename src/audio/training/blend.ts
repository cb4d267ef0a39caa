import type { RunningHead } from './head.ts';

/** Scores, and from which of them on a class fires. */
export interface Blended {
  scores: Record<string, number>;
  thresholds: Record<string, number>;
}

/** Keeps logits finite. */
const least = 1e-4;

/**
 * What the sound model and the user's head say together. A class that both know is the mean of both, as logits, after the
 * head's own threshold was laid on that of the model: at the threshold both agree that it fires. A class that only the
 * head knows stands beside the others, with the threshold of the head; quiet classes are none.
 * @param trained What the head says, by label
 */
export function blend(
  scores: Readonly<Record<string, number>>,
  thresholds: Readonly<Record<string, number>>,
  head: Pick<RunningHead, 'thresholds'>,
  trained: Readonly<Record<string, number>>,
): Blended {
  const blended: Blended = { scores: { ...scores }, thresholds: { ...thresholds } };
  for (const [label, threshold] of Object.entries(head.thresholds)) {
    const said = trained[label] ?? 0;
    const known = Object.hasOwn(scores, label) ? scores[label] : undefined;
    const limit = Object.hasOwn(thresholds, label) ? thresholds[label] : undefined;
    if (known === undefined || limit === undefined) {
      blended.scores[label] = said;
      blended.thresholds[label] = threshold;
    } else blended.scores[label] = sigmoid((logit(known) + logit(said) - logit(threshold) + logit(limit)) / 2);
  }
  return blended;
}

function logit(probability: number): number {
  const safe = Math.min(1 - least, Math.max(least, probability));
  return Math.log(safe / (1 - safe));
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
