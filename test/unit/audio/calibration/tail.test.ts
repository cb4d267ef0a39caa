import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seededRandom } from '../../../../scripts/demo/seeded-random.ts';
import { fitTail, levelReachedBy, shareAbove, tailStart, type Tail } from '../../../../src/audio/calibration/tail.ts';

/** Draws from a generalised Pareto distribution. */
function drawn(count: number, { scale, shape }: Pick<Tail, 'scale' | 'shape'>, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const chance = 1 - random();
    return shape === 0 ? -scale * Math.log(chance) : (scale * (chance ** -shape - 1)) / shape;
  });
}

function tailOf(numbers: readonly number[]): Tail {
  const from = tailStart(Float64Array.from(numbers).sort()) ?? assert.fail('there is no tail');
  const above = numbers.filter((number) => number > from);
  return fitTail(from, above, numbers.length) ?? assert.fail('it fits nothing');
}

describe('the tail of many numbers', () => {
  for (const shape of [0, 0.25]) {
    test(`what one in ten thousand reaches is found from six hundred, shape ${shape}`, () => {
      const truth = shape === 0 ? -2 * Math.log(1e-4) : (2 * (1e-4 ** -shape - 1)) / shape;
      const found = Array.from({ length: 60 }, (_, seed) => {
        return levelReachedBy(tailOf(drawn(600, { scale: 2, shape }, seed + 1)), 1e-4);
      }).sort((a, b) => a - b);
      const median = found[30] ?? NaN;
      assert.ok(Math.abs(median - truth) / truth < 0.25, `${median} for ${truth}`);
    });
  }

  test('level and share are inverse to each other, and rarer is higher', () => {
    const tail = tailOf(drawn(300, { scale: 1, shape: 0.2 }, 7));
    let before = tail.from;
    for (const share of [0.1, 0.01, 1e-3, 1e-5]) {
      const level = levelReachedBy(tail, share);
      assert.ok(level > before);
      assert.ok(Math.abs(shareAbove(tail, level) - share) < share * 1e-6);
      before = level;
    }
  });

  test('numbers with an upper bound are not taken for bounded', () => {
    const random = seededRandom(3);
    const tail = tailOf(Array.from({ length: 400 }, () => random()));
    assert.equal(tail.shape, 0);
    assert.ok(shareAbove(tail, 1.2) > 0);
  });

  test('too few numbers, or all the same, have none', () => {
    assert.equal(tailStart(Float64Array.from(drawn(55, { scale: 1, shape: 0 }, 1))), undefined);
    const same = Array.from({ length: 200 }, () => 0.5);
    assert.equal(tailStart(Float64Array.from(same)), 0.5);
    assert.equal(fitTail(0.5, [], 200), undefined);
  });
});
