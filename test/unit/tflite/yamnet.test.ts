import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seededRandom } from '../../../scripts/demo/seeded-random.ts';
import { SentinelError } from '../../../src/contracts/errors.ts';
import { openSession } from '../../../src/inference/session.ts';
import { inspectModel } from '../../../src/onnx-format/inspect.ts';
import { storesWeightsIn8Bits } from '../../../src/onnx-format/quantization.ts';
import { yamnetFromTflite } from '../../../src/tflite/yamnet.ts';
import { small, smallScales, smallWeights, writeSmallTflite } from './written-tflite.ts';

describe('a network of TensorFlow Lite in the manner of YAMNet', () => {
  test('becomes an ONNX file that calculates the same', async () => {
    const model = yamnetFromTflite(writeSmallTflite());
    const { inputs, outputs } = inspectModel(model);
    assert.deepEqual(inputs, [{ name: 'log_mel', type: 'float32', shape: ['n', 96, 64] }]);
    assert.deepEqual(
      outputs.map(({ name, shape }) => [name, shape]),
      [
        ['scores', ['n', small.classes]],
        ['embedding', ['n', small.channels]],
      ],
    );
    assert.ok(storesWeightsIn8Bits(model));
    const random = seededRandom(9);
    const patches = Float32Array.from({ length: 2 * 96 * 64 }, () => 4 * random() - 2);
    const session = await openSession(model);
    const { scores, embedding } = await session.run({ log_mel: { data: patches, dims: [2, 96, 64] } });
    await session.release();
    for (const place of [0, 1]) {
      const expected = calculated(patches.subarray(place * 96 * 64, (place + 1) * 96 * 64));
      near(embedding?.data.subarray(place * small.channels, (place + 1) * small.channels), expected.embedding);
      near(scores?.data.subarray(place * small.classes, (place + 1) * small.classes), expected.scores);
    }
  });

  test('gives the same bytes every time', () => {
    assert.deepEqual(yamnetFromTflite(writeSmallTflite()), yamnetFromTflite(writeSmallTflite()));
  });

  const refused: [what: string, change: Parameters<typeof writeSmallTflite>[0], message: RegExp][] = [
    ['without convolutions', ({ operators }) => operators.splice(1, 2), /not there|no patch/],
    ['that ends early', ({ operators }) => operators.splice(-2), /does not end in scores/],
    ['that is no chain', ({ operators }) => operators.splice(2, 1), /no chain/],
    [
      'with another activation',
      ({ operators }) => (operators[1] = { ...operators[1], 4: { table: { 1: { integer: 2 }, 2: { integer: 2 } } } }),
      /other options/,
    ],
    [
      'whose weights are of another type',
      ({ tensors }) => (tensors[7] = { ...tensors[7], 1: { byte: 0 } }),
      /type int8 is missing/,
    ],
    [
      'whose weights are fewer than their shape says',
      ({ tensors }) => (tensors[7] = { ...tensors[7], 0: { integers: [3, 3, 3, 7] } }),
      /do not fit/,
    ],
    [
      'whose weights have a zero point',
      ({ tensors }) => (tensors[9] = { ...tensors[9], 4: { table: { 2: { floats: [0.1] }, 3: { longs: [5] } } } }),
      /scales/,
    ],
  ];
  for (const [what, change, message] of refused) {
    test(`${what} is refused by name`, () => {
      assert.throws(() => yamnetFromTflite(writeSmallTflite(change)), { name: 'ES_MODEL_INVALID', message });
    });
  }

  test('what is no such file is refused by name', () => {
    for (const bytes of [new Uint8Array(), Buffer.from('TFL3'), Buffer.from('....TFL3'), new Uint8Array(1000)]) {
      assert.throws(() => yamnetFromTflite(bytes), { name: 'ES_MODEL_INVALID' });
    }
  });

  test('that names one long list thousands of times is refused by name', () => {
    const crowded = (times: number) =>
      writeSmallTflite(({ tensors }) => {
        const tensor = { 4: { table: { 2: { floats: Array<number>(2000).fill(1) } } } };
        for (let count = 0; count < times; count++) tensors.push(tensor);
      });
    assert.doesNotThrow(() => yamnetFromTflite(crowded(1)));
    assert.throws(() => yamnetFromTflite(crowded(9000)), { name: 'ES_MODEL_INVALID', message: /again and again/ });
    assert.throws(() => yamnetFromTflite(crowded(20_000)), { name: 'ES_MODEL_INVALID', message: /too many parts/ });
  });

  test('cut off anywhere, or with changed bytes, is read or refused by name', () => {
    const whole = writeSmallTflite();
    const random = seededRandom(1);
    const draw = (below: number): number => Math.floor(random() * below);
    let refusals = 0;
    const read = (bytes: Uint8Array): void => {
      try {
        yamnetFromTflite(bytes);
      } catch (error) {
        assert.ok(error instanceof SentinelError && error.name === 'ES_MODEL_INVALID', String(error));
        refusals += 1;
      }
    };
    for (let length = 0; length < whole.length; length += 3) read(whole.subarray(0, length));
    for (let round = 0; round < 3000; round++) {
      const bytes = Buffer.from(whole);
      for (let change = 0; change <= draw(4); change++) {
        const place = 4 * draw(Math.floor(bytes.length / 4));
        if (draw(2) === 0) bytes[place + draw(4)] = draw(256);
        else bytes.writeUInt32LE([0, 1, 4, 0x7fffffff, 0xffffffff, draw(bytes.length)][draw(6)] ?? 0, place);
      }
      read(bytes);
    }
    assert.ok(refusals > 1000, `${refusals}`);
  });
});

/** The network in plain words. */
function calculated(patch: Float32Array): { embedding: number[]; scores: number[] } {
  const { convolution, depthwise, dense, biases } = smallWeights();
  const { channels, classes } = small;
  const bias = (layer: number, place: number) => (biases[layer]?.[place] ?? NaN) * smallScales.bias;
  const capped = (value: number) => Math.min(6, Math.max(0, value));
  const first = (row: number, column: number, channel: number): number => {
    if (row < 0 || column < 0 || row >= 48 || column >= 32) return 0;
    let sum = 0;
    for (let y = 0; y < 3; y++) {
      for (let x = 0; x < 3; x++) {
        // Padded at the right and the bottom alone.
        const [from, at] = [2 * row + y, 2 * column + x];
        if (from >= 96 || at >= 64) continue;
        sum += (patch[from * 64 + at] ?? NaN) * (convolution[channel * 9 + y * 3 + x] ?? NaN);
      }
    }
    return capped(sum * (smallScales.convolution[channel] ?? NaN) + bias(0, channel));
  };
  const embedding = Array.from({ length: channels }, (_, channel) => {
    const map = Array.from({ length: 48 * 32 }, (__, index) => first(Math.floor(index / 32), index % 32, channel));
    let total = 0;
    for (let row = 0; row < 48; row++) {
      for (let column = 0; column < 32; column++) {
        let sum = 0;
        for (let y = -1; y <= 1; y++) {
          for (let x = -1; x <= 1; x++) {
            const [from, at] = [row + y, column + x];
            if (from < 0 || at < 0 || from >= 48 || at >= 32) continue;
            const weight = depthwise[((y + 1) * 3 + x + 1) * channels + channel] ?? NaN;
            sum += (map[from * 32 + at] ?? NaN) * weight;
          }
        }
        total += capped(sum * (smallScales.depthwise[channel] ?? NaN) + bias(1, channel));
      }
    }
    return total / (48 * 32);
  });
  const scores = Array.from({ length: classes }, (_, place) => {
    // One scale for all classes becomes one for each, and the weights are rounded to it.
    const row = dense.subarray(place * channels, (place + 1) * channels);
    const step = Math.max(...row.map(Math.abs)) / 127;
    const sum = embedding.reduce((so, value, channel) => {
      return so + value * Math.round((row[channel] ?? NaN) / step) * step;
    }, 0);
    return 1 / (1 + Math.exp(-(sum * smallScales.dense + bias(2, place))));
  });
  return { embedding, scores };
}

function near(found: Float32Array | undefined, expected: readonly number[]): void {
  assert.ok(found?.length === expected.length);
  expected.forEach((value, index) => {
    assert.ok(Math.abs((found[index] ?? NaN) - value) < 1e-4, `${found[index] ?? NaN}, not ${value}`);
  });
}
