import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { countRange, shareRange } from '../../../../src/audio/calibration/confidence.ts';

const near = (value: number, wanted: number) => Math.abs(value - wanted) < 0.015 * Math.max(1, wanted);

describe('ranges', () => {
  // The exact ones, from tables of the chi-square distribution.
  for (const [count, low, high] of [
    [0, 0, 3.0],
    [1, 0.051, 4.74],
    [5, 1.97, 10.51],
    [20, 13.25, 29.06],
    [400, 367.7, 434.6],
  ] as const) {
    test(`of a count of ${count}`, () => {
      const range = countRange(count);
      assert.ok(near(range.low, low) && near(range.high, high), JSON.stringify(range));
    });
  }

  test('of a share', () => {
    assert.deepEqual(shareRange(0, 0), { low: 0, high: 1 });
    const { low, high } = shareRange(9, 10);
    assert.ok(low > 0.6 && low < 0.7 && high > 0.97 && high < 1, `${low} to ${high}`);
    assert.equal(shareRange(4, 4).high, 1);
    assert.equal(shareRange(0, 4).low, 0);
  });
});
