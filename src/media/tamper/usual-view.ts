import { edges, likeness } from './likeness.ts';
import type { Measure } from './measure.ts';

/** What is seen for this long becomes the usual view: long for a passer-by, short for the sun. */
const forgetMs = 60_000;
/** So much of a view must have been seen before anything is said to differ from it. */
const learnMs = 30_000;
/** Two pictures without a picture between them for longer than this say nothing about the time between. */
const gapMs = 15_000;

/** How a picture compares with the usual view. */
export interface Comparison {
  /** Of the brightness of all cells, and of the edges alone; -1 to 1. */
  likeness: number;
  edges: number;
  /** Of the usual brightness, structure and detail; 1 is the same. */
  brightness: number;
  structure: number;
  detail: number;
}

/** What a camera usually shows: a slow average, so that day and night come and go in it. */
export class UsualView {
  #cells: Float32Array | undefined;
  #mean = 0;
  #structure = 0;
  #detail = 0;
  #seenMs = 0;
  #lastAt = 0;

  /** Whether enough was seen to compare with. */
  get known(): boolean {
    return this.#seenMs >= learnMs;
  }

  /** @param at milliseconds on the monotonic clock */
  learn({ cells, mean, structure, detail }: Measure, at: number): void {
    const passed = Math.min(gapMs, Math.max(0, at - this.#lastAt));
    this.#lastAt = at;
    if (this.#cells === undefined) {
      this.#cells = cells.slice();
      this.#mean = mean;
      this.#structure = structure;
      this.#detail = detail;
      return;
    }
    this.#seenMs += passed;
    // A plain average at first: the very first picture must not weigh more than the others.
    const weight = Math.max(1 - Math.exp(-passed / forgetMs), passed / (this.#seenMs + passed));
    const mixed = (usual: number, now: number): number => usual + weight * (now - usual);
    const all = this.#cells;
    for (let index = 0; index < all.length; index += 1) all[index] = mixed(all[index] ?? 0, cells[index] ?? 0);
    this.#mean = mixed(this.#mean, mean);
    this.#structure = mixed(this.#structure, structure);
    this.#detail = mixed(this.#detail, detail);
  }

  /** @returns undefined while the view is not known. */
  compare({ cells, mean, structure, detail }: Measure): Comparison | undefined {
    if (this.#cells === undefined || !this.known) return undefined;
    return {
      likeness: likeness(cells, this.#cells) ?? 0,
      edges: likeness(edges(cells), edges(this.#cells)) ?? 0,
      brightness: share(mean, this.#mean),
      structure: share(structure, this.#structure),
      detail: share(detail, this.#detail),
    };
  }
}

function share(now: number, usual: number): number {
  return usual === 0 ? 1 : now / usual;
}
