import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clipParts } from '../../../src/audio/clip-parts.ts';
import { resample } from '../../../src/pcm/resample.ts';
import { decodeFrames, encodeWav, openWav } from '../../../src/pcm/wav.ts';

describe('a clip read second by second', () => {
  for (const rate of [8000, 11_025, 16_000, 44_100, 48_000, 192_000]) {
    test(`is the same as read at once, from ${rate} Hz`, () => {
      const wave = Float32Array.from({ length: Math.round(rate * 2.3) }, (_, index) => Math.sin((index * 3000) / rate));
      const file = openWav(encodeWav(wave, rate));
      const whole = resample(decodeFrames(file.data, file.format), rate, 16_000);
      const parts = [...clipParts(file)].map(({ bytes, format, ...part }) =>
        resample(decodeFrames(Buffer.from(bytes), format), rate, 16_000, part),
      );
      assert.deepEqual(
        parts.map((part) => part.length),
        [16_000, 16_000, whole.length - 32_000],
      );
      parts.forEach((part, second) => {
        part.forEach((sample, index) => {
          const expected = whole[second * 16_000 + index] ?? NaN;
          assert.ok(Math.abs(sample - expected) < 1e-6, `second ${second}, sample ${index}`);
        });
      });
    });
  }
});
