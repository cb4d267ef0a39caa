import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { InferenceSession } from 'onnxruntime-node';
import { findModel } from '../../src/inference/catalog.ts';
import { sharedFile, sharedRequirement } from '../requirements.ts';

const side = 416;
const reference = ['models', 'vision', 'nanodet.onnx'] as const;

describe('our NanoDet-g and the reference conversion', () => {
  const inputs = { noise: noise(7), 'a bright disc on a gradient': disc() };
  for (const [what, input] of Object.entries(inputs)) {
    test(`give exactly the same numbers for ${what}`, async (t) => {
      if (!sharedRequirement(t, ...reference)) return;
      const ours = await run(findModel('nanodet-g-416', 'detection').file, input);
      const theirs = await run(sharedFile(...reference), input);
      assert.deepEqual([...ours.keys()].sort(), [...theirs.keys()].sort());
      for (const [name, expected] of theirs) {
        const found = ours.get(name);
        assert.ok(found !== undefined && new Set(found).size > 100, `${name} is alive`);
        assert.deepEqual(found, expected, name);
      }
    });
  }
});

async function run(file: string, input: Float32Array): Promise<Map<string, Float32Array>> {
  const ort = await import('onnxruntime-node');
  const options: InferenceSession.SessionOptions = { intraOpNumThreads: 1, interOpNumThreads: 1 };
  const session = await ort.InferenceSession.create(readFileSync(file), options);
  try {
    const results = await session.run({ input_1: new ort.Tensor('float32', input, [1, 3, side, side]) });
    return new Map(Object.entries(results).map(([name, tensor]) => [name, tensor.data as Float32Array]));
  } finally {
    await session.release();
  }
}

/** Uniform in -2..2.5, about what normalised pictures hold, from a linear congruential generator. */
function noise(seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: 3 * side * side }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state / 2 ** 32) * 4.5 - 2;
  });
}

function disc(): Float32Array {
  return Float32Array.from({ length: 3 * side * side }, (_, index) => {
    const [x, y] = [index % side, Math.floor(index / side) % side];
    return Math.hypot(x - 200, y - 150) < 60 ? 2.4 : (x + y) / side - 1;
  });
}
