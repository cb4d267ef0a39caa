import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DecodedSamples } from '../../../src/media/decoded-samples.ts';

function bytesOf(...numbers: number[]): Buffer {
  return Buffer.from(Float32Array.from(numbers).buffer);
}

describe('what a decoder writes', () => {
  test('is whole samples, however it is cut, and what is beyond full scale is cut off', () => {
    const bytes = Buffer.concat([bytesOf(0.25, -0.5, 1.5, -9, 1, -1, 0), Buffer.of(1, 2, 3)]);
    for (let size = 1; size <= bytes.length; size += 1) {
      const decoded = new DecodedSamples(8);
      for (let at = 0; at < bytes.length; at += size) assert.ok(decoded.add(bytes.subarray(at, at + size)));
      assert.deepEqual([...decoded.samples], [0.25, -0.5, 1, -1, 1, -1, 0]);
    }
  });

  test('is dealt with when it comes: ten minutes are neither looked at nor copied again at the end', () => {
    const most = 16_000 * 600;
    const decoded = new DecodedSamples(most);
    const piece = Buffer.alloc(64 * 1024);
    let first: ArrayBufferLike | undefined;
    for (let left = 4 * most; left > 0; left -= piece.length) {
      assert.ok(decoded.add(piece.subarray(0, Math.min(left, piece.length))));
      const { samples } = decoded;
      // All that came so far is there already, and where it stays.
      assert.equal(samples.length, (4 * most - Math.max(0, left - piece.length)) / 4);
      first ??= samples.buffer;
      assert.equal(samples.buffer, first);
    }
    assert.equal(decoded.samples.length, most);
    assert.equal(decoded.add(Buffer.of(0)), false, 'there is no place for more');
  });

  test('is refused with the piece in which there is no number', () => {
    for (const wrong of [NaN, Infinity, -Infinity]) {
      const decoded = new DecodedSamples(8);
      decoded.add(bytesOf(0.5));
      assert.throws(() => decoded.add(bytesOf(0.5, wrong)), { name: 'ES_AUDIO_INVALID' });
    }
  });
});
