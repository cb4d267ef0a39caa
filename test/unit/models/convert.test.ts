import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { convert } from '../../../scripts/models/convert.ts';
import { readTfjsModel } from '../../../scripts/models/tfjs-model.ts';
import { openSession } from '../../../src/inference/session.ts';

const text = (value: string) => ({ s: Buffer.from(value).toString('base64') });
const list = (...values: number[]) => ({ list: { i: values.map(String) } });
const dims = (...sizes: number[]) => ({ tensorShape: { dim: sizes.map((size) => ({ size: String(size) })) } });

/** Bits of the 16 bit floats that the tests need. */
const half: Record<number, number> = { 0: 0, 1: 0x3c00, 2: 0x4000, 3: 0x4200, '-1': 0xbc00, 10: 0x4900 };

const weights = [
  { name: 'rim', shape: [4, 2], integers: [0, 0, 0, 0, 1, 1, 1, 1] },
  { name: 'to-last', shape: [4], integers: [0, 2, 3, 1] },
  { name: 'to-first', shape: [4], integers: [0, 3, 1, 2] },
  // [rows, columns, in, out]: the first output adds a cell and its right neighbour, the second takes the left one away
  { name: 'kernel', shape: [3, 3, 1, 2], floats: [0, 0, 0, 0, 0, 0, 0, -1, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0] },
  { name: 'bias', shape: [2], floats: [0, 10] },
];

/** A network in the manner of NanoDet: pad, transpose, convolve, add a bias, transpose back. */
function source(convolution: Record<string, unknown> = {}) {
  const attributes = {
    data_format: text('NHWC'),
    padding: text('VALID'),
    strides: list(1, 1, 1, 1),
    dilations: list(1, 1, 1, 1),
    ...convolution,
  };
  const json = {
    signature: {
      inputs: { in: { name: 'in:0', ...dims(1, 1, 2, 3) } },
      outputs: { out: { name: 'out:0', ...dims(1, 2, 2, 3) } },
    },
    modelTopology: {
      node: [
        { name: 'padded', op: 'Pad', input: ['in', 'rim'] },
        { name: 'turned', op: 'Transpose', input: ['padded', 'to-last'] },
        { name: 'convolved', op: 'Conv2D', input: ['turned', 'kernel'], attr: attributes },
        { name: 'biased', op: 'Add', input: ['convolved', 'bias'] },
        { name: 'out', op: 'Transpose', input: ['biased', 'to-first'] },
      ],
    },
    weightsManifest: [
      {
        weights: weights.map(({ name, shape, floats }) => ({
          name,
          shape,
          ...(floats === undefined
            ? { dtype: 'int32' }
            : { dtype: 'float32', quantization: { dtype: 'float16', original_dtype: 'float32' } }),
        })),
      },
    ],
  };
  const bytes = weights.map(({ integers, floats }) =>
    integers === undefined
      ? Buffer.from(Uint16Array.from(floats, (value) => half[value] ?? NaN).buffer)
      : Buffer.from(Int32Array.from(integers).buffer),
  );
  return readTfjsModel(Buffer.from(JSON.stringify(json)), Buffer.concat(bytes));
}

describe('a TensorFlow.js graph becomes ONNX', () => {
  test('that calculates the same', async (t) => {
    const session = await openSession(convert(source(), 'test', {}));
    t.after(() => session.release());
    const { out } = await session.run({ in: { data: Float32Array.of(1, 2, 3, 4, 5, 6), dims: [1, 1, 2, 3] } });
    assert.deepEqual(out?.dims, [1, 2, 2, 3]);
    // 1 x cell + 2 x right neighbour; 10 - left neighbour
    assert.deepEqual([...out.data], [5, 8, 3, 14, 17, 6, 10, 9, 8, 10, 6, 5]);
  });

  test('with its metadata, the same bytes every time', () => {
    const built = convert(source(), 'test', { license: 'Apache-2.0' });
    assert.ok(Buffer.from(built).includes('Apache-2.0'));
    assert.deepEqual(convert(source(), 'test', { license: 'Apache-2.0' }), built);
  });

  test('or is refused where it holds something that the converter does not know', () => {
    assert.throws(() => convert(source({ padding: text('SAME') }), 'test', {}), /padding is SAME, only VALID/);
    assert.throws(() => convert(source({ dilations: list(1, 2, 2, 1) }), 'test', {}), /dilations/);
    const { nodes, ...rest } = source();
    const strange = new Map([...nodes].map(([name, node]) => [name, { ...node, operator: 'Einsum' }]));
    assert.throws(() => convert({ ...rest, nodes: strange }, 'test', {}), /operator Einsum is not supported/);
  });
});
