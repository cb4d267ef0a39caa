import { logit, sigmoid } from '../class-calibration.ts';
import type { RunningHead } from './head.ts';

/** Scores, and from which of them on a class fires. */
export interface Blended {
  scores: Record<string, number>;
  thresholds: Record<string, number>;
}

/**
 * What the sound model and the user's head say together. A class that both know is the mean of both, as logits, after the
 * head's own threshold was laid on that of the model, and never less than the model alone says: what was learnt may find
 * more, and hides nothing. A class that only the head knows stands beside the others, with the threshold of the head; quiet
 * classes are none.
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
    } else {
      const mean = sigmoid((logit(known) + logit(said) - logit(threshold) + logit(limit)) / 2);
      blended.scores[label] = Math.max(known, mean);
    }
  }
  return blended;
}

/** What was heard, with what the user's head says of it where there is one that fits. */
export function withHead(
  {
    scores,
    head,
    trained,
  }: { scores: Record<string, number>; head?: RunningHead | undefined; trained?: Record<string, number> },
  thresholds: Readonly<Record<string, number>>,
): Blended {
  if (head === undefined || trained === undefined) return { scores, thresholds: { ...thresholds } };
  return blend(scores, thresholds, head, trained);
}
