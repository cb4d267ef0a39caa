import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gaussian, seededRandom } from '../../../../scripts/demo/seeded-random.ts';
import { probability } from '../../../../src/audio/calibration/false-alarms.ts';
import { suggestThreshold, type CalibrationEvidence } from '../../../../src/audio/calibration/suggestion.ts';

/** Two hours of a place; `loudness` moves its scores up. */
function place(loudness: number): number[] {
  const random = seededRandom(9);
  return Array.from({ length: 720 }, () => probability(loudness + gaussian(random)));
}
const wish = { budgetPerDay: 1, shipped: 0.6 };
/** Null is below everything. */
const known = (threshold: number | null) => threshold ?? -1;
const suggest = (evidence: Partial<CalibrationEvidence>, asked = wish) =>
  suggestThreshold({ ambient: [], positives: [], dismissed: { scores: [], days: 1 }, ...evidence }, asked, {
    random: seededRandom(1),
    turn: () => Promise.resolve(),
  });

describe('suggested thresholds', () => {
  test('a quiet place and clips that are well heard: the shipped one stays', async () => {
    const { threshold, reason, recall, falseAlarms } = await suggest({
      ambient: place(-7),
      positives: [0.9, 0.95, 0.7],
    });
    assert.deepEqual([threshold, reason, recall.hits, recall.of], [0.6, 'shipped-fits', 3, 3]);
    assert.ok(falseAlarms.high < 1);
    assert.ok(recall.low < 0.6, 'three of three prove little');
  });

  test('a quiet place without any clip: nothing asks for a lower one', async () => {
    assert.equal((await suggest({ ambient: place(-9) })).threshold, 0.6);
  });

  test('a loud place: higher, and the clips that are lost are counted', async () => {
    const { threshold, reason, recall, falseAlarms } = await suggest({ ambient: place(-1), positives: [0.65, 0.999] });
    assert.equal(reason, 'raised');
    assert.ok(known(threshold) > 0.8 && known(threshold) < 0.999, `${threshold}`);
    assert.deepEqual([recall.hits, recall.of], [1, 2]);
    assert.ok((falseAlarms.perDay ?? 9) <= 1.01);
  });

  test('faint clips in a quiet place: lower, below the faintest that the budget lets through', async () => {
    const { threshold, reason, recall } = await suggest({ ambient: place(-7), positives: [0.4, 0.5, 0.9] });
    assert.equal(reason, 'lowered');
    assert.ok(known(threshold) < 0.4 && known(threshold) > 0.05, `${threshold}`);
    assert.equal(recall.hits, 3);
  });

  test('a recording too short for the budget proves nothing: no lower threshold, however faint the clips', async () => {
    const evidence = { ambient: place(-7), positives: [0.3, 0.4] };
    const rare = await suggest(evidence, { ...wish, budgetPerDay: 1 / 30 });
    assert.deepEqual([rare.threshold, rare.reason, rare.falseAlarms.method], [0.6, 'shipped-unproven', 'bounded']);
    // A hundredth of what is needed was listened to for one in thirty days: 7.2 hours, and these are two.
    assert.equal(Math.round(rare.neededMinutes), 432);
    assert.ok(rare.falseAlarms.high >= 0.12, 'two hours say nothing of what happens once in eight days');
    assert.equal((await suggest(evidence)).reason, 'lowered');
    // What was heard may well speak against the shipped one.
    assert.equal((await suggest({ ambient: place(-1) }, { ...wish, budgetPerDay: 1 / 30 })).reason, 'raised');
  });

  test('no threshold keeps a budget where sounds of the class are heard all day', async () => {
    const { reason, threshold } = await suggest({ ambient: place(8) });
    assert.deepEqual([reason, threshold], ['over-budget', 0.999]);
  });

  test('some minutes are too few for any suggestion', async () => {
    const { threshold, reason, falseAlarms } = await suggest({ ambient: place(-7).slice(0, 20), positives: [0.9] });
    assert.deepEqual([threshold, reason, falseAlarms.method], [null, 'listen-longer', 'bounded']);
  });

  test('what was dismissed raises the threshold above it, but not what the budget allows', async () => {
    const ambient = place(-7);
    const dismissed = { scores: [0.7, 0.8, 0.9], days: 2 };
    const { threshold, reason, dismissedPerDay } = await suggest({ ambient, dismissed });
    assert.equal(reason, 'raised');
    assert.ok(known(threshold) > 0.7 && known(threshold) < 0.71, 'two in two days are allowed');
    assert.equal(dismissedPerDay, 1);
    assert.equal((await suggest({ ambient, dismissed: { scores: [0.7], days: 30 } })).threshold, 0.6);
    // Also where nobody listened yet.
    assert.equal((await suggest({ dismissed })).threshold, threshold);
  });

  test('never below 0.05 or above 0.999, and a larger budget never asks for a higher one', async () => {
    for (const loudness of [-12, -9, -6, -3, 0, 3, 6]) {
      let before = 1;
      for (const budgetPerDay of [0.05, 0.25, 1, 4, 25]) {
        const { threshold } = await suggest(
          { ambient: place(loudness), positives: [0.1, 0.3, 0.8] },
          { ...wish, budgetPerDay },
        );
        assert.ok(known(threshold) >= 0.05 && known(threshold) <= 0.999);
        assert.ok(known(threshold) <= before + 1e-9, `${threshold} after ${before} at ${loudness}`);
        before = known(threshold);
      }
    }
  });

  test('the curve falls: a higher threshold finds less and errs less', async () => {
    const { curve, ap } = await suggest({ ambient: place(-2), positives: [0.2, 0.5, 0.7, 0.9] });
    assert.ok((ap ?? 0) > 0.3 && (ap ?? 0) < 1);
    for (const [index, point] of curve.slice(1).entries()) {
      const before = curve[index] ?? assert.fail();
      assert.ok(point.threshold > before.threshold);
      assert.ok((point.recall ?? 0) <= (before.recall ?? 0));
      assert.ok((point.falseAlarmsPerDay ?? 0) <= (before.falseAlarmsPerDay ?? Infinity) * 1.5);
    }
  });

  test('two days of a place leave everybody else their turn', async () => {
    const [random, drawn] = [seededRandom(3), seededRandom(4)];
    const blocks = Array.from({ length: 2 * 8640 }, () => probability(gaussian(random) - 3));
    let [read, rolled, most] = [0, 0, 0];
    // Whoever looks through all of it for each point of the curve reads it fifty times.
    const ambient = new Proxy(blocks, {
      get(target, name, self) {
        if (typeof name === 'string' && /^\d+$/.test(name)) read += 1;
        return Reflect.get(target, name, self) as unknown;
      },
    });
    const turn = (): Promise<void> => {
      most = Math.max(most, read + rolled);
      [read, rolled] = [0, 0];
      return Promise.resolve();
    };
    const { curve, falseAlarms } = await suggestThreshold(
      { ambient, positives: [0.001, 0.6], dismissed: { scores: [], days: 1 } },
      wish,
      {
        random: () => {
          rolled += 1;
          return drawn();
        },
        turn,
      },
    );
    await turn();
    assert.ok(most <= 2 * blocks.length, `${most} steps between two turns`);
    assert.ok(curve.length > 40 && falseAlarms.perDay !== null);
  });
});
