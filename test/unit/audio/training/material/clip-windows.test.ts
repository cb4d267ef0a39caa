import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clipWindows } from '../../../../../src/audio/training/material/clip-windows.ts';

describe('a clip is cut into windows', () => {
  const cases = [
    { samples: 1, offsets: [0] },
    { samples: 15_600, offsets: [0] },
    { samples: 15_601, offsets: [0, 7680] },
    { samples: 32_000, offsets: [0, 7680, 15_360, 23_040] },
  ];
  for (const { samples, offsets } of cases) {
    test(`${samples} samples give windows at ${offsets.join(', ')}`, () => {
      const clip = Float32Array.from({ length: samples }, (_, index) => index + 1);
      const windows = clipWindows(clip);
      assert.deepEqual(
        windows.map((window) => window.offset),
        offsets,
      );
      for (const { offset, samples: cut } of windows) {
        assert.equal(cut.length, 15_600);
        assert.equal(cut[0], offset + 1);
      }
      const last = windows.at(-1);
      assert.ok(last !== undefined);
      const end = samples - last.offset;
      assert.equal(last.samples[end - 1], samples, 'nothing is left out');
      assert.ok(
        last.samples.subarray(end).every((sample) => sample === 0),
        'the rest is silence',
      );
    });
  }

  test('windows are copies', () => {
    const clip = new Float32Array(15_600);
    clipWindows(clip)[0]?.samples.fill(1);
    assert.equal(clip[0], 0);
  });
});
