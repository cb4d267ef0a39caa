import { SentinelError } from '../../contracts/errors.ts';
import type { Box } from '../../contracts/messages.ts';
import type { OutputTensor } from '../../inference/session.ts';
import { shown } from '../../onnx-format/shown.ts';
import type { Outputs } from './family.ts';

/** Our error for outputs that are not what a family gives. `expected` completes "A model of this family has ...". */
export function misfit(expected: string, outputs: Outputs): SentinelError {
  const given = Object.entries(outputs).map(
    ([name, { type, dims }]) => `"${shown(name)}" ${type} [${dims.join(', ')}]`,
  );
  const few = given.slice(0, 8).join(', ') + (given.length > 8 ? '...' : '');
  return new SentinelError('ES_MODEL_INVALID', `A model of this family has ${expected}; this one gives ${few}.`, {
    hint: 'Check the family, the number of labels and the input size of the model.',
  });
}

/** The output of a name. @throws SentinelError ES_MODEL_INVALID */
export function named(outputs: Outputs, name: string): OutputTensor {
  const output = outputs[name];
  if (output === undefined) throw misfit(`an output "${name}"`, outputs);
  return output;
}

/** The only output whose last sizes are these; undefined is any. @throws SentinelError ES_MODEL_INVALID */
export function shaped(outputs: Outputs, ...shape: (number | undefined)[]): OutputTensor {
  const fitting = Object.values(outputs).filter(({ dims }) => {
    return dims.length === shape.length && shape.every((size, axis) => size === undefined || dims[axis] === size);
  });
  const [output] = fitting;
  if (output !== undefined && fitting.length === 1) return output;
  throw misfit(`one output of the shape [${shape.map((size) => size ?? 'any').join(', ')}]`, outputs);
}

/** Four numbers of a tensor that start at `at`. */
export type BoxReader = (data: Float32Array, at: number) => Box;

/** Left, top, right, bottom. */
export const corners: BoxReader = (data, at) => {
  const [x = NaN, y = NaN] = [data[at], data[at + 1]];
  return { x, y, width: (data[at + 2] ?? NaN) - x, height: (data[at + 3] ?? NaN) - y };
};

/** Centre, width, height. */
export const centred: BoxReader = (data, at) => {
  const [width = NaN, height = NaN] = [data[at + 2], data[at + 3]];
  return { x: (data[at] ?? NaN) - width / 2, y: (data[at + 1] ?? NaN) - height / 2, width, height };
};

/** From 0..1 of a canvas to its pixels. */
export function scaled({ x, y, width, height }: Box, by: { width: number; height: number }): Box {
  return { x: x * by.width, y: y * by.height, width: width * by.width, height: height * by.height };
}

export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
