import type { Candidate } from '../nms.ts';

/** So many candidates are held at most; then the weakest go. Bounds the memory that a threshold near 0 can take. */
const most = 60_000;
const kept = 10_000;

/** Takes what a decoder finds, and keeps what is good enough and sound. */
export class Sieve {
  /** Scores, boxes and points that were no numbers. */
  unusable = 0;
  #threshold: number;
  #candidates: Candidate[] = [];

  /** @param threshold Lowest score. */
  constructor(threshold: number) {
    this.#threshold = threshold;
  }

  get candidates(): readonly Candidate[] {
    return this.#candidates;
  }

  /** Whether a box of this score is worth being worked out. */
  passes(score: number): boolean {
    if (score >= this.#threshold && score !== Infinity) return true;
    if (Number.isNaN(score) || score === Infinity) this.unusable += 1;
    return false;
  }

  add(candidate: Candidate): void {
    const { keypoints, ...found } = candidate;
    const { x, y, width, height } = found.box;
    if (!Number.isFinite(x + y + width + height)) {
      this.unusable += 1;
      return;
    }
    const sound = keypoints?.every((point) => Number.isFinite(point.x + point.y + point.score)) ?? true;
    // Somebody was found, whatever is wrong with his elbow.
    if (!sound) this.unusable += 1;
    this.#candidates.push(sound ? candidate : found);
    if (this.#candidates.length < most) return;
    this.#candidates = this.#candidates.toSorted((a, b) => b.score - a.score).slice(0, kept);
    this.#threshold = this.#candidates.at(-1)?.score ?? this.#threshold;
  }
}
