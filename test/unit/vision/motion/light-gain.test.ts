import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lightGain } from '../../../../src/vision/motion/light-gain.ts';

const cells = (...parts: [count: number, level: number][]) =>
  Float32Array.from(parts.flatMap(([count, level]) => Array.from({ length: count }, () => level)));
const gain = (now: Float32Array, usual: Float32Array): number => Math.round(lightGain(now, usual) * 100) / 100;

describe('the gain of the light', () => {
  test('is the factor that most cells share, whatever else came into view', () => {
    assert.equal(gain(cells([100, 75]), cells([100, 60])), 1.25);
    assert.equal(gain(cells([60, 48], [40, 250]), cells([100, 60])), 0.8);
    assert.equal(gain(cells([100, 240]), cells([100, 60])), 2, 'at most');
    assert.equal(gain(cells([100, 5]), cells([100, 60])), 0.5, 'at least');
  });

  test('is not told by dark cells, where noise is a large share', () => {
    assert.equal(gain(cells([60, 20], [40, 100]), cells([60, 10], [40, 100])), 1);
    assert.equal(gain(cells([80, 20], [20, 50]), cells([80, 10], [20, 100])), 1, 'nor by too few others');
    assert.equal(gain(cells([70, 20], [30, 75]), cells([70, 10], [30, 100])), 0.75);
  });
});
