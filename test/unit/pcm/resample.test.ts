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

/** How much louder a tone is at 16 kHz than it was, in dB, away from the ends. */
function levelThrough(hz: number, rate: number): number {
  const found = resample(tone(hz, rate, 0.15), rate, 16_000).subarray(400, 2000);
  const power = found.reduce((sum, sample) => sum + sample * sample, 0) / found.length;
  return 10 * Math.log10(power / (0.5 * 0.5 ** 2) + 1e-20);
}

describe('resampling to 16 kHz', () => {
  for (const rate of [8000, 11_025, 44_100, 48_000, 96_000]) {
    test(`keeps a tone of 1 kHz from ${rate} Hz`, () => {
      const found = resample(tone(1000, rate, 1), rate, 16_000);
      assert.equal(found.length, 16_000);
      assert.ok(difference(found, tone(1000, 16_000, 1), 400) < 2e-4);
    });
  }

  // 44,099 Hz has more places between two samples than have weights of their own.
  for (const rate of [22_050, 44_099, 44_100, 48_000, 96_000, 192_000]) {
    test(`from ${rate} Hz, passes everything up to 7 kHz alike, and folds nothing down`, () => {
      for (const hz of [50, 500, 3000, 5000, 6500, 7000]) {
        const db = levelThrough(hz, rate);
        assert.ok(Math.abs(db) < 0.1, `${hz} Hz passes with ${db} dB`);
      }
      const highest = Math.min(rate / 2, 24_000);
      for (let hz = 8000; hz < highest; hz += (highest - 8000) / 16) {
        const db = levelThrough(hz, rate);
        assert.ok(db < -60, `${hz} Hz is folded down with ${db} dB`);
      }
      for (let hz = 24_000; hz < rate / 2; hz += 7919) assert.ok(levelThrough(hz, rate) < -60, `${hz} Hz`);
    });
  }

  test('from 8 kHz, adds no image of what is there', () => {
    const found = resample(tone(3000, 8000, 0.5), 8000, 16_000);
    assert.ok(difference(found, tone(3000, 16_000, 0.5), 400) < 5e-4);
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
