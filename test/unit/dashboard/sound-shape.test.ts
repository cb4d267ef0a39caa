import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { soundShape } from '../../../dashboard/incidents/detail/sound-shape.ts';

const rate = 16_000;

/** Which band of a column is the strongest. */
function strongest({ strengths, bands }: ReturnType<typeof soundShape>, column: number): number {
  const own = strengths.subarray(column * bands, (column + 1) * bands);
  return own.indexOf(Math.max(...own));
}

describe('the shape of a sound', () => {
  test('shows a tone in its band, a higher one above it, and where it is loud', () => {
    const samples = Float32Array.from({ length: rate }, (_, n) => {
      const hz = n < rate / 2 ? 440 : 3000;
      return (n < rate / 2 ? 0.25 : 0.5) * Math.sin((2 * Math.PI * hz * n) / rate);
    });
    const shape = soundShape(samples, rate, 100);
    assert.equal(shape.columns, 100);
    assert.equal(shape.strengths.length, 100 * shape.bands);
    assert.ok(Math.abs((shape.loudness[10] ?? 0) - 0.5) < 0.02);
    assert.ok((shape.loudness[90] ?? 0) > 0.98);
    const [low, high] = [strongest(shape, 20), strongest(shape, 80)];
    assert.ok(low < high, `${low} below ${high}`);
    // 64 mel bands from 60 Hz to 8 kHz: 440 Hz lies in number 10, 3 kHz in 41, counted from 0.
    assert.deepEqual([low, high], [10, 41]);
    assert.ok((shape.strengths[20 * shape.bands + 60] ?? 255) < 60, 'nothing far above it');
  });

  test('of silence and of next to nothing is flat, and never too long', () => {
    const silence = soundShape(new Float32Array(rate), rate);
    assert.ok(silence.loudness.every((one) => one === 0));
    assert.equal(soundShape(new Float32Array(3), rate).columns, 1);
    assert.equal(soundShape(new Float32Array(60 * rate), rate).columns, 400);
  });
});
