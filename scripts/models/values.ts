import { elementsOf, type Integers, type Weights } from './tfjs-model.ts';

/**
 * A tensor of the running network. TensorFlow keeps pictures as [batch, height, width, channels], ONNX as
 * [batch, channels, height, width]. Instead of transposing before and after every operator, a value remembers in
 * which order its axes are stored: a Transpose then only changes that order, and nearly all of them vanish.
 */
export interface Value {
  type: 'value';
  /** Name of the stored tensor in the ONNX graph. */
  name: string;
  /** Sizes as TensorFlow sees them, the rim included. */
  shape: readonly number[];
  /** TensorFlow's axis i is axis `order[i]` of the stored tensor. */
  order: readonly number[];
  /** A padding that is not stored: the convolution or pooling that follows adds it itself. */
  rim?: Rim;
}

/** Cells added before and after, per axis. */
export interface Rim {
  fill: 'zero' | 'lowest';
  before: readonly number[];
  after: readonly number[];
}

/** What a node of the source becomes: a tensor of the running network, or numbers that are known now. */
export type Result = Value | Weights | Integers;

export function asValue(result: Result): Value {
  if (result.type !== 'value') throw new Error('expected a tensor of the network, found a constant');
  return result;
}

export function asWeights(result: Result): Weights {
  if (result.type !== 'float16') throw new Error(`expected weights, found ${result.type}`);
  return result;
}

export function asIntegers(result: Result): readonly number[] {
  if (result.type !== 'int32') throw new Error(`expected integers that are known now, found ${result.type}`);
  return result.data;
}

/** The order of a TensorFlow picture that is stored the way ONNX wants it. */
export const channelsFirst: readonly number[] = [0, 2, 3, 1];

export function identityOrder(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => axis);
}

/** Item i of the result is item `order[i]` of the list. */
export function permute<T>(list: ArrayLike<T>, order: readonly number[]): T[] {
  return order.map((index) => at(list, index));
}

/** The permutation that undoes `order`. */
export function inverse(order: readonly number[]): number[] {
  return identityOrder(order.length).map((axis) => order.indexOf(axis));
}

/** Weights with their axes permuted as in numpy's transpose: axis i of the result is axis `axes[i]`. */
export function transposeWeights(weights: Weights, axes: readonly number[]): Weights {
  const shape = permute(weights.shape, axes);
  const strides = permute(
    weights.shape.map((_, axis) => elementsOf(weights.shape.slice(axis + 1))),
    axes,
  );
  const data = new Uint16Array(weights.data.length);
  const position = shape.map(() => 0);
  for (let to = 0; to < data.length; to++) {
    const from = position.reduce((sum, index, axis) => sum + index * at(strides, axis), 0);
    data[to] = at(weights.data, from);
    countUp(position, shape);
  }
  return { ...weights, shape, data };
}

/** The next position in a tensor, the last axis running fastest. */
function countUp(position: number[], shape: readonly number[]): void {
  for (let axis = position.length - 1; axis >= 0; axis--) {
    const next = at(position, axis) + 1;
    position[axis] = next === shape[axis] ? 0 : next;
    if (position[axis] !== 0) return;
  }
}

/** An item that must be there. */
export function at<T>(list: ArrayLike<T>, index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`item ${index} of ${list.length} is missing`);
  return item;
}
