import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { resample } from '../../../src/pcm/resample.ts';

const tone = (hz: number, rate: number, seconds: number) =>
  Float32Array.from(
    { length: Math.round(rate * seconds) },
    (_, index) => 0.5 * Math.sin((2 * Math.PI * hz * index) / rate),
  );

/** Largest difference away from the ends, where the filter has no sound to look at. */
function difference(found: Float32Array, expected: Float32Array, edge: number): number {
  let largest = 0;
  for (let index = edge; index < Math.min(found.length, expected.length) - edge; index++) {
    largest = Math.max(largest, Math.abs((found[index] ?? NaN) - (expected[index] ?? NaN)));
  }
  return largest;
}

describe('resampling to 16 kHz', () => {
  for (const rate of [8000, 11_025, 44_100, 48_000, 96_000]) {
    test(`keeps a tone of 1 kHz from ${rate} Hz`, () => {
      const found = resample(tone(1000, rate, 1), rate, 16_000);
      assert.equal(found.length, 16_000);
      assert.ok(difference(found, tone(1000, 16_000, 1), 400) < 2e-4);
    });
  }

  test('removes what 16 kHz cannot hold instead of folding it down', () => {
    const found = resample(tone(12_000, 48_000, 0.5), 48_000, 16_000);
    assert.ok(difference(found, new Float32Array(8000), 400) < 2e-4);
  });

  test('keeps a constant', () => {
    const found = resample(new Float32Array(4410).fill(0.25), 44_100, 16_000);
    assert.ok(difference(found, new Float32Array(1600).fill(0.25), 100) < 1e-3);
  });

  test('gives the same samples for the same rate, and something for a single sample or none', () => {
    const samples = Float32Array.of(1, 2, 3);
    assert.deepEqual(resample(samples, 16_000, 16_000), samples);
    assert.equal(resample(Float32Array.of(0.5), 96_000, 16_000).length, 1);
    assert.equal(resample(new Float32Array(), 48_000, 16_000).length, 0);
  });
});
