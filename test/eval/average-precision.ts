import type { Box } from '../../src/contracts/messages.ts';
import { iou } from '../../src/geometry/boxes.ts';

/** From this overlap (IoU) on, what was found is the labelled object. */
const sameOverlap = 0.5;

export interface Finding {
  score: number;
  box: Box;
}

/** At a threshold; null where there is nothing to take a share of. */
export interface Rates {
  precision: number | null;
  recall: number | null;
}

/**
 * What was found of one class, or of classes that count as one, in pictures whose objects are known. Only scores are
 * kept, so thousands of pictures need little memory.
 */
export class Tally {
  /** Labelled objects. */
  labelled = 0;
  readonly #hits: number[] = [];
  readonly #misses: number[] = [];

  /** One picture. The best finding chooses first, of the labelled objects that nobody took yet the one it covers best. */
  add(found: readonly Finding[], labelled: readonly Box[]): void {
    this.labelled += labelled.length;
    const free = new Set(labelled);
    for (const { score, box } of found.toSorted((a, b) => b.score - a.score)) {
      const taken = bestOverlap(box, free);
      if (taken !== undefined) free.delete(taken);
      (taken === undefined ? this.#misses : this.#hits).push(score);
    }
  }

  /**
   * The area under precision over recall: at each recall the best precision that is to be had there or beyond it, over
   * all points ("all-point interpolation"). Null when no object is labelled.
   */
  averagePrecision(): number | null {
    if (this.labelled === 0) return null;
    const ranked = [
      ...this.#hits.map((score) => ({ score, hit: true })),
      ...this.#misses.map((score) => ({ score, hit: false })),
    ].sort((a, b) => b.score - a.score);
    const points = [{ recall: 0, precision: 1 }];
    let hits = 0;
    for (const [index, { score, hit }] of ranked.entries()) {
      hits += Number(hit);
      // No threshold tells equal scores apart.
      if (ranked[index + 1]?.score === score) continue;
      points.push({ recall: hits / this.labelled, precision: hits / (index + 1) });
    }
    let [area, best] = [0, 0];
    for (const [index, { recall, precision }] of [...points.entries()].reverse()) {
      best = Math.max(best, precision);
      area += (recall - (points[index - 1]?.recall ?? recall)) * best;
    }
    return area;
  }

  /** Of what scores so much or more, how much is right; and how much of what there is it finds. */
  ratesAt(threshold: number): Rates {
    const count = (scores: readonly number[]): number => scores.filter((score) => score >= threshold).length;
    const [hits, misses] = [count(this.#hits), count(this.#misses)];
    return {
      precision: hits + misses === 0 ? null : hits / (hits + misses),
      recall: this.labelled === 0 ? null : hits / this.labelled,
    };
  }
}

function bestOverlap(box: Box, among: ReadonlySet<Box>): Box | undefined {
  let best: { box: Box; overlap: number } | undefined;
  for (const candidate of among) {
    const overlap = iou(box, candidate);
    if (overlap >= sameOverlap && overlap > (best?.overlap ?? 0)) best = { box: candidate, overlap };
  }
  return best?.box;
}
