import type { Random } from '../../contracts/ports.ts';
import { softmax } from './head.ts';

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
export interface Scaling {
  mean: Float64Array;
  spread: Float64Array;
}

/** Of the rows that are learnt from. */
export function scalingOf({ rows, size }: Examples, learn: Int32Array): Scaling {
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
  readonly #examples: Examples;
  readonly #options: RegressionOptions;
  readonly #scaling: Scaling;
  /** Standardised rows that are learnt from, in the order of `learn`. */
  readonly #rows: Float32Array;
  /** A row of weights per class, then the biases. */
  readonly #weights: Float64Array;
  readonly #mean: Float64Array;
  readonly #square: Float64Array;
  readonly #gradient: Float64Array;
  readonly #classWeights: Float64Array;
  readonly #order: Int32Array;
  #steps = 0;

  constructor(examples: Examples, options: RegressionOptions) {
    this.#examples = examples;
    this.#options = options;
    const { learn, classCount } = options;
    const { size } = examples;
    this.#scaling = scalingOf(examples, learn);
    this.#rows = new Float32Array(learn.length * size);
    learn.forEach((row, index) => {
      this.#standardise(row, this.#rows.subarray(index * size, (index + 1) * size));
    });
    const count = classCount * size + classCount;
    [this.#weights, this.#mean, this.#square, this.#gradient] = [
      new Float64Array(count),
      new Float64Array(count),
      new Float64Array(count),
      new Float64Array(count),
    ];
    const counts = new Float64Array(classCount);
    for (const row of learn) counts[this.#classOf(row)] = (counts[this.#classOf(row)] ?? 0) + 1;
    this.#classWeights = counts.map((number) => learn.length / (classCount * Math.max(1, number)));
    this.#order = Int32Array.from(learn, (_, index) => index);
  }

  /** Goes through all examples once. @returns mean loss (without L2) and share of rows whose class was found, as they were met */
  epoch(): { loss: number; accuracy: number } {
    const { learn } = this.#options;
    this.#shuffle();
    let [loss, right] = [0, 0];
    for (let start = 0; start < learn.length; start += batchSize) {
      const end = Math.min(learn.length, start + batchSize);
      this.#gradient.fill(0);
      for (let at = start; at < end; at += 1) {
        const met = this.#learn(this.#order[at] ?? 0, end - start);
        loss += met.loss;
        right += met.right ? 1 : 0;
      }
      this.#step();
    }
    return { loss: loss / learn.length, accuracy: right / learn.length };
  }

  /** Probabilities of one example, learnt from or not. */
  probabilities(row: number): Float64Array {
    const standardised = new Float32Array(this.#examples.size);
    this.#standardise(row, standardised);
    return this.#predict(standardised, 0);
  }

  /** Weights (embedding x class) and biases for raw embeddings: mean and spread are folded in. @param scale Of all scores */
  folded(scale = 1): { weights: Float32Array; bias: Float32Array } {
    const { classCount } = this.#options;
    const { size } = this.#examples;
    const { mean, spread } = this.#scaling;
    const weights = new Float32Array(size * classCount);
    const bias = new Float32Array(classCount);
    for (let column = 0; column < classCount; column += 1) {
      let base = this.#weights[classCount * size + column] ?? 0;
      for (let at = 0; at < size; at += 1) {
        const weight = (this.#weights[column * size + at] ?? 0) / (spread[at] ?? 1);
        weights[at * classCount + column] = scale * weight;
        base -= weight * (mean[at] ?? 0);
      }
      bias[column] = scale * base;
    }
    return { weights, bias };
  }

  #learn(index: number, batch: number): { loss: number; right: boolean } {
    const { classCount, learn } = this.#options;
    const { size } = this.#examples;
    const from = index * size;
    const wanted = this.#classOf(learn[index] ?? 0);
    const found = this.#predict(this.#rows, from);
    const weight = (this.#classWeights[wanted] ?? 1) / batch;
    const gradient = this.#gradient;
    for (let column = 0; column < classCount; column += 1) {
      const fault = ((found[column] ?? 0) - (column === wanted ? 1 : 0)) * weight;
      const bias = classCount * size + column;
      gradient[bias] = (gradient[bias] ?? 0) + fault;
      const base = column * size;
      for (let at = 0; at < size; at += 1) {
        gradient[base + at] = (gradient[base + at] ?? 0) + fault * (this.#rows[from + at] ?? 0);
      }
    }
    const probability = found[wanted] ?? 0;
    return { loss: -Math.log(Math.max(1e-12, probability)), right: probability === Math.max(...found) };
  }

  #step(): void {
    this.#steps += 1;
    const { classCount, l2 } = this.#options;
    const weightCount = classCount * this.#examples.size;
    const [first, second] = [1 - decay.mean ** this.#steps, 1 - decay.square ** this.#steps];
    const [weights, means, squares, gradients] = [this.#weights, this.#mean, this.#square, this.#gradient];
    for (let at = 0; at < weights.length; at += 1) {
      const weight = weights[at] ?? 0;
      const gradient = (gradients[at] ?? 0) + (at < weightCount ? l2 * weight : 0);
      const mean = decay.mean * (means[at] ?? 0) + (1 - decay.mean) * gradient;
      const square = decay.square * (squares[at] ?? 0) + (1 - decay.square) * gradient * gradient;
      means[at] = mean;
      squares[at] = square;
      weights[at] = weight - (rate * (mean / first)) / (Math.sqrt(square / second) + least);
    }
  }

  #predict(rows: Float32Array, from: number): Float64Array {
    const { classCount } = this.#options;
    const { size } = this.#examples;
    const scores = new Float64Array(classCount);
    for (let column = 0; column < classCount; column += 1) {
      let score = this.#weights[classCount * size + column] ?? 0;
      const base = column * size;
      for (let at = 0; at < size; at += 1) score += (this.#weights[base + at] ?? 0) * (rows[from + at] ?? 0);
      scores[column] = score;
    }
    return softmax(scores);
  }

  #standardise(row: number, into: Float32Array): void {
    const { rows, size } = this.#examples;
    const { mean, spread } = this.#scaling;
    for (let at = 0; at < size; at += 1) {
      into[at] = ((rows[row * size + at] ?? 0) - (mean[at] ?? 0)) / (spread[at] ?? 1);
    }
  }

  #classOf(row: number): number {
    return this.#examples.classes[row] ?? 0;
  }

  /** Fisher and Yates. */
  #shuffle(): void {
    const order = this.#order;
    for (let at = order.length - 1; at > 0; at -= 1) {
      const other = Math.floor(this.#options.random() * (at + 1));
      const kept = order[at] ?? 0;
      order[at] = order[other] ?? 0;
      order[other] = kept;
    }
  }
}
