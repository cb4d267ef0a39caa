import type { Random } from '../../../contracts/ports.ts';
import { softmax } from '../../heads/head.ts';

/** Embeddings, row by row, and the class of each. */
export interface Examples {
  /** Numbers of one embedding. */
  size: number;
  /** All embeddings, one after the other. */
  rows: Float32Array;
  /** Class of each, from 0. */
  classes: Uint8Array;
}

export interface RegressionOptions {
  classCount: number;
  /** Rows to learn from, by their place among the examples. */
  learn: Int32Array;
  epochs: number;
  /** Of the squares of the weights, on the mean loss. */
  l2: number;
  random: Random;
}

const batchSize = 32;
const rate = 2e-3;
/** Decay of Adam's means of the gradient and of its square. Source: Kingma and Ba, https://arxiv.org/abs/1412.6980 */
const decay = { mean: 0.9, square: 0.999 } as const;
const least = 1e-8;

/** Mean and spread of every number of the embeddings: the same strength of L2 then fits all of them. */
interface Scaling {
  mean: Float64Array;
  spread: Float64Array;
}

/** Of the rows that are learnt from. */
function scalingOf({ rows, size }: Examples, learn: Int32Array): Scaling {
  const mean = new Float64Array(size);
  const spread = new Float64Array(size);
  for (const row of learn) {
    for (let at = 0; at < size; at += 1) mean[at] = (mean[at] ?? 0) + (rows[row * size + at] ?? 0) / learn.length;
  }
  for (const row of learn) {
    for (let at = 0; at < size; at += 1) {
      spread[at] = (spread[at] ?? 0) + ((rows[row * size + at] ?? 0) - (mean[at] ?? 0)) ** 2 / learn.length;
    }
  }
  // A number that never changes says nothing, and must not be divided by nothing.
  return { mean, spread: spread.map((variance) => Math.sqrt(variance) + 1e-3) };
}

/**
 * Softmax regression on standardised embeddings, by Adam in batches of 32. A class counts as much as every other, however many
 * examples it has: each example weighs N / (classes * examples of its class).
 */
export class SoftmaxRegression {
  /** Standardised rows that are learnt from, in the order of `learn`, each with a one for the bias behind it. */
  readonly rows: Float32Array;
  /** Class of each of them. */
  readonly classes: Uint8Array;
  /** Numbers of one row. */
  readonly width: number;
  /** A row per class, its bias at the end. */
  readonly weights: Float64Array;
  readonly options: RegressionOptions;
  readonly #examples: Examples;
  readonly #scaling: Scaling;
  readonly #mean: Float64Array;
  readonly #square: Float64Array;
  readonly #gradient: Float64Array;
  readonly #classWeights: Float64Array;
  readonly #order: Int32Array;
  #steps = 0;

  constructor(examples: Examples, options: RegressionOptions) {
    this.#examples = examples;
    this.options = options;
    const { learn, classCount } = options;
    this.width = examples.size + 1;
    this.#scaling = scalingOf(examples, learn);
    this.rows = new Float32Array(learn.length * this.width);
    learn.forEach((row, index) => {
      this.#standardise(row, this.rows.subarray(index * this.width, (index + 1) * this.width));
    });
    this.classes = Uint8Array.from(learn, (row) => examples.classes[row] ?? 0);
    const numbers = (): Float64Array => new Float64Array(classCount * this.width);
    [this.weights, this.#mean, this.#square, this.#gradient] = [numbers(), numbers(), numbers(), numbers()];
    const counts = new Float64Array(classCount);
    for (const place of this.classes) counts[place] = (counts[place] ?? 0) + 1;
    this.#classWeights = counts.map((number) => learn.length / (classCount * Math.max(1, number)));
    this.#order = Int32Array.from(learn, (_, index) => index);
  }

  /** Goes through all examples once. @returns mean loss (without L2) and share of rows whose class was found, as they were met */
  epoch(): { loss: number; accuracy: number } {
    const { learn } = this.options;
    this.#shuffle();
    let [loss, right] = [0, 0];
    for (let start = 0; start < learn.length; start += batchSize) {
      const end = Math.min(learn.length, start + batchSize);
      this.#gradient.fill(0);
      for (let at = start; at < end; at += 1) {
        const index = this.#order[at] ?? 0;
        const wanted = this.classes[index] ?? 0;
        const share = (this.#classWeights[wanted] ?? 1) / (end - start);
        const found = addGradient(this, this.weights, index, share, this.#gradient);
        const probability = found[wanted] ?? 0;
        loss -= Math.log(Math.max(1e-12, probability));
        right += probability === Math.max(...found) ? 1 : 0;
      }
      this.#step();
    }
    return { loss: loss / learn.length, accuracy: right / learn.length };
  }

  /** Probabilities of one example, learnt from or not. */
  probabilities(row: number): Float64Array {
    const standardised = new Float32Array(this.width);
    this.#standardise(row, standardised);
    return predicted(standardised, 0, this.weights, this.width);
  }

  /** Weights (embedding x class) and biases for raw embeddings: mean and spread are folded in. @param scale Of all scores */
  folded(scale = 1): { weights: Float32Array; bias: Float32Array } {
    const { width } = this;
    const { classCount } = this.options;
    const { size } = this.#examples;
    const { mean, spread } = this.#scaling;
    const weights = new Float32Array(size * classCount);
    const bias = new Float32Array(classCount);
    for (let column = 0; column < classCount; column += 1) {
      let base = this.weights[column * width + size] ?? 0;
      for (let at = 0; at < size; at += 1) {
        const weight = (this.weights[column * width + at] ?? 0) / (spread[at] ?? 1);
        weights[at * classCount + column] = scale * weight;
        base -= weight * (mean[at] ?? 0);
      }
      bias[column] = scale * base;
    }
    return { weights, bias };
  }

  #step(): void {
    this.#steps += 1;
    const { weights, width } = this;
    const { l2 } = this.options;
    const [first, second] = [1 - decay.mean ** this.#steps, 1 - decay.square ** this.#steps];
    const [means, squares, gradients] = [this.#mean, this.#square, this.#gradient];
    addPenalty(gradients, weights, width, l2);
    for (let at = 0; at < weights.length; at += 1) {
      const gradient = gradients[at] ?? 0;
      const mean = decay.mean * (means[at] ?? 0) + (1 - decay.mean) * gradient;
      const square = decay.square * (squares[at] ?? 0) + (1 - decay.square) * gradient * gradient;
      means[at] = mean;
      squares[at] = square;
      weights[at] = (weights[at] ?? 0) - (rate * (mean / first)) / (Math.sqrt(square / second) + least);
    }
  }

  #standardise(row: number, into: Float32Array): void {
    const { rows, size } = this.#examples;
    const { mean, spread } = this.#scaling;
    for (let at = 0; at < size; at += 1) {
      into[at] = ((rows[row * size + at] ?? 0) - (mean[at] ?? 0)) / (spread[at] ?? 1);
    }
    into[size] = 1;
  }

  /** Fisher and Yates. */
  #shuffle(): void {
    const order = this.#order;
    for (let at = order.length - 1; at > 0; at -= 1) {
      const other = Math.floor(this.options.random() * (at + 1));
      const kept = order[at] ?? 0;
      order[at] = order[other] ?? 0;
      order[other] = kept;
    }
  }
}

/** Probabilities of a standardised row that begins at `from`. */
export function predicted(rows: Float32Array, from: number, weights: Float64Array, width: number): Float64Array {
  const scores = new Float64Array(weights.length / width);
  for (let column = 0; column < scores.length; column += 1) {
    scores[column] = dot(rows, from, weights, column * width, width);
  }
  return softmax(scores);
}

/** Adds the gradient of the loss of one row. @param share What it weighs @returns its probabilities */
export function addGradient(
  { rows, classes, width }: Pick<SoftmaxRegression, 'rows' | 'classes' | 'width'>,
  weights: Float64Array,
  index: number,
  share: number,
  gradient: Float64Array,
): Float64Array {
  const from = index * width;
  const found = predicted(rows, from, weights, width);
  const wanted = classes[index] ?? 0;
  for (let column = 0; column < found.length; column += 1) {
    const fault = ((found[column] ?? 0) - (column === wanted ? 1 : 0)) * share;
    const base = column * width;
    for (let at = 0; at < width; at += 1)
      gradient[base + at] = (gradient[base + at] ?? 0) + fault * (rows[from + at] ?? 0);
  }
  return found;
}

/** Adds the gradient of L2, which leaves biases alone. */
export function addPenalty(gradient: Float64Array, weights: Float64Array, width: number, l2: number): void {
  for (let base = 0; base < weights.length; base += width) {
    for (let at = base; at < base + width - 1; at += 1) gradient[at] = (gradient[at] ?? 0) + l2 * (weights[at] ?? 0);
  }
}

/** Four sums at once: a processor does not wait for one to begin the next. */
export function dot(
  first: Float32Array | Float64Array,
  from: number,
  second: Float64Array,
  at: number,
  count: number,
): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let index = 0;
  for (; index + 3 < count; index += 4) {
    a += (first[from + index] ?? 0) * (second[at + index] ?? 0);
    b += (first[from + index + 1] ?? 0) * (second[at + index + 1] ?? 0);
    c += (first[from + index + 2] ?? 0) * (second[at + index + 2] ?? 0);
    d += (first[from + index + 3] ?? 0) * (second[at + index + 3] ?? 0);
  }
  for (; index < count; index += 1) a += (first[from + index] ?? 0) * (second[at + index] ?? 0);
  return a + b + c + d;
}
