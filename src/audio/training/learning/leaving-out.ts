import { Curvature } from './curvature.ts';
import { addGradient, addPenalty, dot, predicted, type SoftmaxRegression } from './softmax-regression.ts';

/** Rounds that settle a whole head at most. */
const wholeRounds = 60;
/** It is settled when no weight changes by more. */
const still = 1e-4;
/** The curvature of so many rows is taken out with them; of more it would take longer than some rounds. */
const mostExact = 48;
/** Settled without some examples: no score (as logit) of them changes by more. */
const settled = 0.03;

/**
 * A head at its best, from which examples are taken out again. The loss with L2 has one lowest point, with and without them, so
 * that the way from the one to the other is short: one step of Newton's method, or a few, lead to the head that would have been
 * learnt without those examples. Source of the step: Rad and Maleki, https://arxiv.org/abs/1801.10243
 */
export class LeavingOut {
  readonly #head: SoftmaxRegression;
  readonly #curvature: Curvature;
  /** What each row adds to the curvature. */
  readonly #bends: Float64Array;
  readonly #counts: Float64Array;
  /** Gradient of the rows of each class. */
  readonly #ofClass: readonly Float64Array[];

  private constructor(head: SoftmaxRegression, curvature: Curvature, bends: Float64Array) {
    this.#head = head;
    this.#curvature = curvature;
    this.#bends = bends;
    this.#counts = countsOf(head);
    const ofClass = Array.from(this.#counts, () => new Float64Array(head.weights.length));
    head.classes.forEach((place, row) => {
      const gradient = ofClass[place];
      if (gradient !== undefined) addGradient(head, head.weights, row, shareOf(this.#counts, place), gradient);
    });
    this.#ofClass = ofClass;
  }

  /** Settles a head that has learnt all examples of a lesson. Yields now and then. */
  static *from(head: SoftmaxRegression): Generator<undefined, LeavingOut> {
    const { rows, classes, width, weights, options } = head;
    const counts = countsOf(head);
    const shares = Float64Array.from(classes, (place) => shareOf(counts, place));
    // Never less than the curvature of the loss (Gershgorin), so that no step goes too far.
    const bends = shares.map((share, row) => {
      const found = predicted(rows, row * width, weights, width);
      return share * Math.max(...found.map((probability) => 2 * probability * (1 - probability)));
    });
    const curvature = yield* Curvature.of(rows, bends, options.l2);
    for (let round = 0; round < wholeRounds; round += 1) {
      const step = stepAt(head, weights, shares, curvature);
      subtract(weights, step);
      if (step.every((change) => Math.abs(change) < still)) break;
      yield;
    }
    return new LeavingOut(head, curvature, bends);
  }

  /** Multiplications and additions of taking out so many rows in so many rounds. */
  cost(out: number, rounds: number): number {
    const { rows, width, options } = this.#head;
    // What is done for each row beside them takes as long as so many.
    const beside = 40;
    const gradients = 2 * (rounds - 1) * (rows.length / width) * (width + beside) * options.classCount;
    const ways = out > mostExact ? 0 : out;
    return gradients + (ways + rounds * options.classCount) * width * width;
  }

  /** What the head would say of examples if it had never met them: probabilities of each. @param rounds 1 or more: the more the nearer */
  ask(out: Int32Array, rounds: number): Float64Array[] {
    const { rows, classes, width, options } = this.#head;
    const left = Float64Array.from(this.#counts);
    for (const row of out) left[classes[row] ?? 0] = (left[classes[row] ?? 0] ?? 0) - 1;
    const own = Array.from(out, (row) => rows.subarray(row * width, (row + 1) * width));
    const bends = Float64Array.from(out, (row) => this.#bends[row] ?? 0);
    const curvature = out.length > mostExact ? this.#curvature : this.#curvature.without(own, bends);
    const weights = Float64Array.from(this.#head.weights);
    const first = this.#firstGradient(out, left);
    addPenalty(first, weights, width, options.l2);
    curvature.solve(first);
    subtract(weights, first);
    const shares = Float64Array.from(classes, (place) => shareOf(left, place));
    for (const row of out) shares[row] = 0;
    for (let round = 1; round < rounds; round += 1) {
      const step = stepAt(this.#head, weights, shares, curvature);
      subtract(weights, step);
      if (out.every((row) => isSmall(rows, row * width, step, width))) break;
    }
    return Array.from(out, (row) => predicted(rows, row * width, weights, width));
  }

  /** Of the whole head without these rows: what all rows of a class say, less what these say. */
  #firstGradient(out: Int32Array, left: Float64Array): Float64Array {
    const head = this.#head;
    const gradient = new Float64Array(head.weights.length);
    this.#ofClass.forEach((ofClass, place) => {
      const more = shareOf(left, place) / shareOf(this.#counts, place);
      for (let at = 0; at < gradient.length; at += 1) gradient[at] = (gradient[at] ?? 0) + more * (ofClass[at] ?? 0);
    });
    for (const row of out) addGradient(head, head.weights, row, -shareOf(left, head.classes[row] ?? 0), gradient);
    return gradient;
  }
}

function countsOf({ classes, options }: SoftmaxRegression): Float64Array {
  const counts = new Float64Array(options.classCount);
  for (const place of classes) counts[place] = (counts[place] ?? 0) + 1;
  return counts;
}

/** What one row weighs: a class counts as much as every other. */
function shareOf(counts: Float64Array, place: number): number {
  return 1 / (counts.length * Math.max(1, counts[place] ?? 1));
}

function stepAt(
  head: SoftmaxRegression,
  weights: Float64Array,
  shares: Float64Array,
  curvature: Pick<Curvature, 'solve'>,
): Float64Array {
  const step = new Float64Array(weights.length);
  shares.forEach((share, row) => {
    if (share > 0) addGradient(head, weights, row, share, step);
  });
  addPenalty(step, weights, head.width, head.options.l2);
  curvature.solve(step);
  return step;
}

function subtract(weights: Float64Array, step: Float64Array): void {
  for (let at = 0; at < weights.length; at += 1) weights[at] = (weights[at] ?? 0) - (step[at] ?? 0);
}

/** Whether a step changes no score of a row by much. */
function isSmall(rows: Float32Array, from: number, step: Float64Array, width: number): boolean {
  for (let base = 0; base < step.length; base += width) {
    if (Math.abs(dot(rows, from, step, base, width)) > settled) return false;
  }
  return true;
}
