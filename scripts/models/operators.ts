import type { Emitter } from './emitter.ts';
import { elementsOf, type Integers, type TfNode, type Weights } from './tfjs-model.ts';
import {
  asIntegers,
  asValue,
  asWeights,
  at,
  channelsFirst,
  identityOrder,
  inverse,
  permute,
  type Result,
  type Rim,
  type Value,
} from './values.ts';

/** Writes one TensorFlow node as ONNX nodes and says what its outputs are. */
export type Operator = (node: TfNode, inputs: readonly Result[], emitter: Emitter) => readonly Result[];

/**
 * Every TensorFlow operator that NanoDet-g is made of. Shapes, axes and attributes are TensorFlow's;
 * what the network does not use is refused rather than guessed.
 */
export const operators: Readonly<Record<string, Operator | undefined>> = {
  Add: add,
  AddV2: add,
  ConcatV2: concat,
  Conv2D: convolution,
  Identity: (_, inputs) => inputs,
  LeakyRelu: leakyRelu,
  MaxPool: maxPool,
  Pad: pad,
  PadV2: pad,
  Reshape: reshape,
  ResizeBilinear: resize,
  Sigmoid: sigmoid,
  SparseToDense: sparseToDense,
  SplitV: split,
  Transpose: transpose,
};

function add(node: TfNode, inputs: readonly Result[], emitter: Emitter): Result[] {
  const [first, second] = [at(inputs, 0), at(inputs, 1)];
  if (first.type === 'int32') return [addIntegers(first, asIntegers(second))];
  const value = asValue(first);
  const addend =
    second.type === 'value' ? emitter.tensor(second, value.order) : biasFor(value, asWeights(second), emitter);
  emitter.graph.node('Add', [emitter.tensor(value, value.order), addend], [node.name]);
  return [{ ...value, name: node.name }];
}

/** A number per channel, with as many axes as the value and in the order in which that is stored. */
function biasFor(value: Value, bias: Weights, emitter: Emitter): string {
  const missing = Array<number>(value.shape.length - bias.shape.length).fill(1);
  return emitter.weights({ ...bias, shape: [...missing, ...bias.shape] }, inverse(value.order));
}

function addIntegers(first: Integers, second: readonly number[]): Integers {
  if (first.data.length !== second.length) throw new Error('constants of different sizes are added');
  return { ...first, data: first.data.map((value, index) => value + at(second, index)) };
}

function leakyRelu(node: TfNode, inputs: readonly Result[], emitter: Emitter): Result[] {
  const value = asValue(at(inputs, 0));
  emitter.graph.node('LeakyRelu', [emitter.tensor(value, value.order)], [node.name], {
    alpha: { float: node.attributes.float('alpha') },
  });
  return [{ ...value, name: node.name }];
}

function sigmoid(node: TfNode, inputs: readonly Result[], emitter: Emitter): Result[] {
  const value = asValue(at(inputs, 0));
  emitter.graph.node('Sigmoid', [emitter.tensor(value, value.order)], [node.name]);
  return [{ ...value, name: node.name }];
}

function concat(node: TfNode, inputs: readonly Result[], emitter: Emitter): Result[] {
  const values = inputs.slice(0, -1).map(asValue);
  const axis = at(asIntegers(at(inputs, values.length)), 0);
  const first = at(values, 0);
  const tensors = values.map((value) => emitter.tensor(value, first.order));
  emitter.graph.node('Concat', tensors, [node.name], { axis: at(first.order, axis) });
  const size = values.reduce((sum, value) => sum + at(value.shape, axis), 0);
  return [{ ...first, name: node.name, shape: first.shape.with(axis, size) }];
}

function split(node: TfNode, inputs: readonly Result[], emitter: Emitter): Result[] {
  const value = asValue(at(inputs, 0));
  const sizes = asIntegers(at(inputs, 1));
  const axis = at(asIntegers(at(inputs, 2)), 0);
  const names = sizes.map((_, index) => `${node.name}:${index}`);
  const sizesTensor = emitter.graph.integers(`${node.name}/sizes`, sizes);
  emitter.graph.node('Split', [emitter.tensor(value, value.order), sizesTensor], names, {
    axis: at(value.order, axis),
  });
  return sizes.map((size, index) => ({ ...value, name: at(names, index), shape: value.shape.with(axis, size) }));
}

function transpose(_: TfNode, inputs: readonly Result[]): Result[] {
  const value = asValue(at(inputs, 0));
  const axes = asIntegers(at(inputs, 1));
  const { shape, order, rim } = value;
  const turned = { ...value, shape: permute(shape, axes), order: permute(order, axes) };
  if (rim !== undefined) {
    turned.rim = { ...rim, before: permute(rim.before, axes), after: permute(rim.after, axes) };
  }
  return [turned];
}

function reshape(node: TfNode, inputs: readonly Result[], emitter: Emitter): Result[] {
  const value = asValue(at(inputs, 0));
  const wanted = asIntegers(at(inputs, 1));
  const known = elementsOf(wanted.filter((size) => size !== -1));
  const shape = wanted.map((size) => (size === -1 ? elementsOf(value.shape) / known : size));
  const sizes = emitter.graph.integers(`${node.name}/sizes`, shape);
  emitter.graph.node('Reshape', [emitter.tensor(value, identityOrder(value.shape.length)), sizes], [node.name]);
  return [{ type: 'value', name: node.name, shape, order: identityOrder(shape.length) }];
}

/** -Infinity as a 16 bit float. */
const lowestHalf = 0xfc00;

function pad(node: TfNode, inputs: readonly Result[]): Result[] {
  const value = asValue(at(inputs, 0));
  const amounts = asIntegers(at(inputs, 1));
  const before = amounts.filter((_, index) => index % 2 === 0);
  const after = amounts.filter((_, index) => index % 2 === 1);
  const shape = value.shape.map((size, axis) => size + at(before, axis) + at(after, axis));
  if (value.rim !== undefined) throw new Error(`${node.name} pads what is padded already`);
  return [{ ...value, shape, rim: { fill: fillOf(node, inputs[2]), before, after } }];
}

function fillOf(node: TfNode, constant: Result | undefined): Rim['fill'] {
  if (constant === undefined) return 'zero';
  if (at(asWeights(constant).data, 0) !== lowestHalf) throw new Error(`${node.name} pads with an unexpected number`);
  return 'lowest';
}

function convolution(node: TfNode, inputs: readonly Result[], emitter: Emitter): Result[] {
  const picture = asValue(at(inputs, 0));
  const kernel = asWeights(at(inputs, 1));
  expect(node, 'dilations', String(node.attributes.integers('dilations')), '1,1,1,1');
  const window = slide(node, picture, [at(kernel.shape, 0), at(kernel.shape, 1)], 'zero');
  // [rows, columns, in, out] -> [out, in, rows, columns]
  const weights = emitter.weights(kernel, [3, 2, 0, 1]);
  emitter.graph.node('Conv', [emitter.tensor(window.picture, channelsFirst), weights], [node.name], window.attributes);
  return [pictureOf(node.name, picture, window.height, window.width, at(kernel.shape, 3))];
}

function maxPool(node: TfNode, inputs: readonly Result[], emitter: Emitter): Result[] {
  const picture = asValue(at(inputs, 0));
  const size = node.attributes.integers('ksize');
  const window = slide(node, picture, [at(size, 1), at(size, 2)], 'lowest');
  emitter.graph.node('MaxPool', [emitter.tensor(window.picture, channelsFirst)], [node.name], window.attributes);
  return [pictureOf(node.name, picture, window.height, window.width, at(picture.shape, 3))];
}

/** A window that slides over a picture: the picture without its rim, ONNX's attributes, the size of the result. */
function slide(node: TfNode, padded: Value, [rows, columns]: readonly [number, number], fill: Rim['fill']) {
  expect(node, 'data_format', node.attributes.text('data_format'), 'NHWC');
  expect(node, 'padding', node.attributes.text('padding'), 'VALID');
  const { rim, ...picture } = padded;
  if (rim !== undefined) {
    expect(node, 'padding', rim.fill, fill);
    expect(
      node,
      'rim of batch and channels',
      String([0, 3].map((axis) => at(rim.before, axis) + at(rim.after, axis))),
      '0,0',
    );
  }
  const { before, after } = rim ?? { before: [0, 0, 0, 0], after: [0, 0, 0, 0] };
  const strides = node.attributes.integers('strides').slice(1, 3);
  return {
    picture,
    attributes: {
      kernel_shape: [rows, columns],
      strides,
      pads: [at(before, 1), at(before, 2), at(after, 1), at(after, 2)],
    },
    height: Math.floor((at(padded.shape, 1) - rows) / at(strides, 0)) + 1,
    width: Math.floor((at(padded.shape, 2) - columns) / at(strides, 1)) + 1,
  };
}

function resize(node: TfNode, inputs: readonly Result[], emitter: Emitter): Result[] {
  const picture = asValue(at(inputs, 0));
  const size = asIntegers(at(inputs, 1));
  const [height, width] = [at(size, 0), at(size, 1)];
  const channels = at(picture.shape, 3);
  expect(node, 'half_pixel_centers', String(node.attributes.flag('half_pixel_centers')), 'true');
  expect(node, 'align_corners', String(node.attributes.flag('align_corners')), 'false');
  const sizes = emitter.graph.integers(`${node.name}/sizes`, [at(picture.shape, 0), channels, height, width]);
  emitter.graph.node('Resize', [emitter.tensor(picture, channelsFirst), '', '', sizes], [node.name], {
    mode: 'linear',
    coordinate_transformation_mode: 'half_pixel',
  });
  return [pictureOf(node.name, picture, height, width, channels)];
}

function pictureOf(name: string, source: Value, height: number, width: number, channels: number): Value {
  return { type: 'value', name, shape: [at(source.shape, 0), height, width, channels], order: channelsFirst };
}

/** A list of integers that is filled with a default, but for the given places. */
function sparseToDense(_: TfNode, inputs: readonly Result[]): Result[] {
  const places = asIntegers(at(inputs, 0));
  const size = asIntegers(at(inputs, 1));
  const values = asIntegers(at(inputs, 2));
  const fill = at(asIntegers(at(inputs, 3)), 0);
  if (size.length !== 1) throw new Error('only lists are filled');
  const data = Array<number>(at(size, 0)).fill(fill);
  places.forEach((place, index) => {
    data[place] = at(values, index);
  });
  return [{ type: 'int32', shape: size, data }];
}

function expect(node: TfNode, what: string, found: string, expected: string): void {
  if (found !== expected) throw new Error(`${node.name}: ${what} is ${found}, only ${expected} is supported`);
}
