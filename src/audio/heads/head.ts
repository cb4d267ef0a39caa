import type { TrainingResults } from '../../contracts/training.ts';

/** A head that was trained: a softmax regression on the embeddings of one sound model. */
export interface TrainedHead {
  version: number;
  /** In the order of the columns. */
  labels: readonly string[];
  /** A row per number of the embedding, a column per class. Shared memory, so that threads read it without a copy. */
  weights: Float32Array<SharedArrayBuffer>;
  bias: Float32Array<SharedArrayBuffer>;
  /** From this score on a class fires; quiet classes have none. */
  thresholds: Readonly<Record<string, number>>;
}

/** A head that runs, and the model that it belongs to. */
export interface RunningHead extends TrainedHead {
  modelSha256: string;
  /** Id of the model. */
  model: string;
  /** Of its own file. */
  sha256: string;
}

/** A head that was just learnt. */
export interface NewHead extends Pick<TrainedHead, 'labels' | 'thresholds'> {
  weights: Float32Array;
  bias: Float32Array;
  /** Hashes of the clips that it has learnt. */
  clips: string[];
  results: Pick<TrainingResults, 'accuracy' | 'balancedAccuracy'>;
}

/** The head in use before, and what it has learnt. Of another model it understands other embeddings, and cannot be asked. */
export interface FormerHead extends Pick<RunningHead, 'version' | 'labels' | 'weights' | 'bias' | 'modelSha256'> {
  /** Hashes of its clips. */
  clips: readonly string[];
  balancedAccuracy: number;
}

/** Numbers in shared memory. */
export function shared(values: ArrayLike<number>): Float32Array<SharedArrayBuffer> {
  const copy = new Float32Array(new SharedArrayBuffer(4 * values.length));
  copy.set(values);
  return copy;
}

/** What the head says of one embedding: probabilities in the order of its labels. */
export function headProbabilities(
  { labels, weights, bias }: Pick<TrainedHead, 'labels' | 'weights' | 'bias'>,
  embedding: Float32Array,
): Float32Array {
  const classes = labels.length;
  const scores = new Float32Array(bias);
  for (let row = 0; row < embedding.length; row += 1) {
    const value = embedding[row] ?? 0;
    for (let column = 0; column < classes; column += 1) {
      scores[column] = (scores[column] ?? 0) + value * (weights[row * classes + column] ?? 0);
    }
  }
  return softmax(scores);
}

/** The same by label. */
export function headScores(head: RunningHead, embedding: Float32Array): Record<string, number> {
  const probabilities = headProbabilities(head, embedding);
  return Object.fromEntries(head.labels.map((label, place) => [label, probabilities[place] ?? 0]));
}

/** In place. */
export function softmax<Numbers extends Float32Array | Float64Array>(scores: Numbers): Numbers {
  const { length } = scores;
  let highest = -Infinity;
  for (let index = 0; index < length; index += 1) highest = Math.max(highest, scores[index] ?? 0);
  let sum = 0;
  for (let index = 0; index < length; index += 1) {
    const power = Math.exp((scores[index] ?? 0) - highest);
    scores[index] = power;
    sum += power;
  }
  for (let index = 0; index < length; index += 1) scores[index] = (scores[index] ?? 0) / sum;
  return scores;
}
