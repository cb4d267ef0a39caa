import type { Box } from '../contracts/messages.ts';
import { iou } from '../geometry/boxes.ts';

/** What a decoder makes of one cell of a model's output. */
export interface Candidate {
  /** Index of the class in the model's labels. */
  classIndex: number;
  score: number;
  /** In pixels of the model's input. */
  box: Box;
  /** Likewise, of a model that finds them. */
  keypoints?: readonly Keypoint[];
}

export interface Keypoint {
  x: number;
  y: number;
  score: number;
}

/** So many of the best candidates are compared at most: it bounds the time that a threshold near 0 can take. */
const mostCandidates = 10_000;

/** The best candidates, best first. */
export function bestOf(candidates: readonly Candidate[]): Candidate[] {
  return candidates.toSorted((a, b) => b.score - a.score).slice(0, mostCandidates);
}

/**
 * Greedy non-maximum suppression: of candidates of one class that overlap by more than `overlap` (IoU), the best stays.
 * @returns survivors, best first.
 */
export function suppressOverlaps(candidates: readonly Candidate[], overlap: number): Candidate[] {
  const best = bestOf(candidates);
  const kept = new Map<number, Candidate[]>();
  return best.filter((candidate) => {
    const better = kept.get(candidate.classIndex) ?? [];
    if (better.some(({ box }) => iou(box, candidate.box) > overlap)) return false;
    better.push(candidate);
    kept.set(candidate.classIndex, better);
    return true;
  });
}
