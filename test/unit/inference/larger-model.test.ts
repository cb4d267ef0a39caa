import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { resized } from '../../../scripts/build/larger-model.ts';
import { inspectModel } from '../../../src/onnx-format/inspect.ts';
import { modelFile } from '../../../src/process/package-files.ts';

describe('NanoDet-g in another size', () => {
  const bytes = readFileSync(modelFile('nanodet-g-416.onnx'));

  test('is the same file, byte for byte, in its own size', () => {
    assert.ok(bytes.equals(resized(bytes, 416, 416)));
  });

  test('takes 640 x 640 and gives one row for each cell', () => {
    const { inputs, outputs } = inspectModel(resized(bytes, 416, 640));
    assert.deepEqual(
      inputs.map(({ shape }) => shape),
      [[1, 3, 640, 640]],
    );
    const rows = outputs.map(({ shape }) => shape[1]).sort((one, other) => Number(one) - Number(other));
    assert.deepEqual(rows, [400, 400, 1600, 1600, 6400, 6400]);
  });
});
