import type { Box } from '../contracts/messages.ts';
import { iou } from '../geometry/boxes.ts';

/** What a decoder makes of one cell of a model's output. */
export interface Candidate {
  /** Index of the class in the model's labels. */
  classIndex: number;
  score: number;
  /** In pixels of the model's input. */
  box: Box;
}

/** So many of the best candidates are compared at most: it bounds the time that a threshold near 0 can take. */
const mostCandidates = 10_000;

/**
 * Greedy non-maximum suppression: of candidates of one class that overlap by more than `overlap` (IoU), the best stays.
 * @returns survivors, best first.
 */
export function suppressOverlaps(candidates: readonly Candidate[], overlap: number): Candidate[] {
  const best = candidates.toSorted((a, b) => b.score - a.score).slice(0, mostCandidates);
  const kept = new Map<number, Candidate[]>();
  return best.filter((candidate) => {
    const better = kept.get(candidate.classIndex) ?? [];
    if (better.some(({ box }) => iou(box, candidate.box) > overlap)) return false;
    better.push(candidate);
    kept.set(candidate.classIndex, better);
    return true;
  });
}
