import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gaussian, seededRandom } from '../../../../scripts/demo/seeded-random.ts';
import type { Random } from '../../../../src/contracts/ports.ts';
import { blockSeconds, FalseAlarms, probability } from '../../../../src/audio/calibration/false-alarms.ts';

const perDay = 86_400 / blockSeconds;
const turns = (random: Random) => ({ random, turn: () => Promise.resolve() });

/** Blocks whose logits are exponential above -6: the true rate is known at every threshold. */
function blocks(hours: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: hours * 360 }, () => probability(-6 - Math.log(1 - random())));
}
const trueRate = (threshold: number) => perDay * Math.exp(-(Math.log(threshold / (1 - threshold)) + 6));

describe('false alarms a day', () => {
  test('what happens often enough is counted', async () => {
    const alarms = await FalseAlarms.of(blocks(24, 1), turns(seededRandom(1)));
    const { method, perDay, low, high } = alarms.at(0.2);
    const rate = perDay ?? NaN;
    assert.equal(method, 'counted');
    assert.equal(alarms.days, 1);
    const truth = trueRate(0.2);
    assert.ok(low < truth && truth < high && low < rate && rate < high, `${low} ${rate} ${high}, in truth ${truth}`);
  });

  test('what is rarer is extrapolated, and the range mostly holds the truth', async () => {
    let held = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const { method, low, high } = (await FalseAlarms.of(blocks(1, seed), turns(seededRandom(seed)))).at(0.9);
      assert.equal(method, 'extrapolated');
      held += Number(low <= trueRate(0.9) && trueRate(0.9) <= high);
    }
    // Of ranges that promise 90 %; a shape below 0 is never taken, so they err to the side of more alarms.
    assert.ok(held >= 30, `${held} of 40`);
  });

  test('a few minutes bound a rate, and no more', async () => {
    const alarms = await FalseAlarms.of(blocks(1, 1).slice(0, 30), turns(seededRandom(1)));
    const { method, perDay: rate, low, high } = alarms.at(0.9);
    assert.deepEqual([method, rate, low], ['bounded', null, 0]);
    // Nothing in five minutes: up to three in them are possible.
    assert.ok(high > 800 && high < 900, `${high}`);
    assert.equal(alarms.thresholdFor(1), undefined);
  });

  test('the threshold for a budget keeps it, and a larger budget allows a lower one', async () => {
    for (const hours of [1, 8, 24]) {
      const alarms = await FalseAlarms.of(blocks(hours, hours), turns(seededRandom(1)));
      let before = Infinity;
      for (const budget of [0.1, 0.5, 1, 5, 20, 100]) {
        const threshold = alarms.thresholdFor(budget) ?? assert.fail();
        assert.ok(threshold <= before + 0.02, `${threshold} after ${before}`);
        const rate = alarms.at(threshold).perDay ?? 0;
        assert.ok(rate <= budget * 1.001, `${rate} a day for ${budget}`);
        before = threshold;
      }
    }
  });

  test('equal scores: the threshold lies above all of them, not among them', async () => {
    const random = seededRandom(5);
    const scores = Array.from({ length: 3600 }, (_, index) =>
      index % 100 === 0 ? 0.8 : probability(-4 + gaussian(random)),
    );
    const alarms = await FalseAlarms.of(scores, turns(random));
    const threshold = alarms.thresholdFor(20) ?? assert.fail();
    assert.ok(threshold > 0.8);
  });

  test('a microphone that hears nothing at all has no tail', async () => {
    const alarms = await FalseAlarms.of(
      Array.from({ length: 360 }, () => 0),
      turns(seededRandom(1)),
    );
    assert.equal(alarms.thresholdFor(1), undefined);
    assert.equal(alarms.at(0.5).method, 'bounded');
  });

  test('nothing was listened to', async () => {
    const { method, low, high } = (await FalseAlarms.of([], turns(seededRandom(1)))).at(0.5);
    assert.deepEqual([method, low, high], ['bounded', 0, Infinity]);
  });
});
