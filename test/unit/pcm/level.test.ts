import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { levelOf, levelOfSums, loudnessOf, sumsOf } from '../../../src/pcm/level.ts';

const tone = (size: number, offset: number): Float32Array =>
  Float32Array.from({ length: 16_000 }, (_, index) => offset + size * Math.sin(index / 3));

describe('the level of sound', () => {
  test('a constant is no sound: a dead microphone is silent whatever its converter adds', () => {
    for (const offset of [0, 0.001, -0.3, 0.9]) {
      assert.equal(levelOf(new Float32Array(15_600).fill(offset)).dbfs, -100, `${offset}`);
    }
  });

  test('a sound is as loud with a constant as without it', () => {
    assert.equal(levelOf(tone(0.1, 0)).dbfs, -23);
    assert.equal(levelOf(tone(0.1, 0.3)).dbfs, -23);
    const { offset, peak, clipped } = loudnessOf(tone(0.1, 0.95));
    assert.ok(Math.abs(offset - 0.95) < 1e-3 && Math.abs(peak - 1.05) < 1e-3 && clipped > 0);
  });

  test('pieces together are as loud as the whole', () => {
    const whole = tone(0.2, -0.1);
    const pieces = [whole.subarray(0, 100), whole.subarray(100, 9000), whole.subarray(9000)];
    assert.deepEqual(levelOfSums(pieces.map(sumsOf)), levelOf(whole));
    assert.deepEqual(levelOfSums([]), { dbfs: -100, peak: 0 });
  });
});
