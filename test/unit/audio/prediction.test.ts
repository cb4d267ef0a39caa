import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seededRandom } from '../../../scripts/demo/seeded-random.ts';
import { ClipDecision } from '../../../src/audio/clips/clip-decision.ts';
import type { ClipWindow, HeardClip } from '../../../src/audio/clips/clip-listener.ts';
import { predictionOf } from '../../../src/audio/clips/prediction.ts';
import type { DecisionSettings } from '../../../src/audio/decision/settings.ts';
import type { RunningHead } from '../../../src/audio/heads/head.ts';
import { usualDecision } from './new-analysis.ts';

const quiet = { glass_break: 0.01, gunshot: 0.01, scream: 0.01, forced_entry: 0.01 };
const settings: DecisionSettings = { ...usualDecision, loudDbfs: 0 };
const whole: HeardClip = {
  ...{ seconds: 3, dbfs: -20, peak: 0.5, backend: 'test' },
  timings: { featuresMs: 1, inferenceMs: 1 },
};

type Says = Omit<Partial<ClipWindow>, 'scores'> & { scores?: Record<string, number> };

function headOf(thresholds: Record<string, number>): RunningHead {
  const none = new Float32Array(new SharedArrayBuffer(0));
  const labels = [...Object.keys(thresholds), 'safe'];
  return { version: 3, model: 'm', modelSha256: '', sha256: '', labels, weights: none, bias: none, thresholds };
}

/** What is said of windows of which each says so much. */
function predicted(
  windows: readonly Says[],
  {
    threshold = 0.5,
    heard = whole,
    decision = settings,
  }: { threshold?: number; heard?: HeardClip } & {
    decision?: DecisionSettings;
  } = {},
) {
  const clip = new ClipDecision(decision);
  windows.forEach(({ scores = {}, ...says }, index) => {
    const silent = { top: [], named: {}, dbfs: -40, peak: 0.1, offset: index * 0.48 };
    clip.hear({ ...silent, ...says, scores: { ...quiet, ...scores } });
  });
  return { ...predictionOf(heard, clip.clip, threshold), sounds: clip.clip.sounds };
}

describe('what a clip amounts to', () => {
  test('the class that is farthest beyond its own threshold says it', () => {
    const { probability, triggered, at } = predicted([{ scores: { scream: 0.5 } }, { scores: { gunshot: 0.71 } }]);
    assert.deepEqual([probability, triggered, at], [0.512, ['gunshot'], 0.48]);
  });

  test('a trained danger is one class among others, by the threshold that its training found', () => {
    const head = headOf({ danger: 0.9 });
    const sure = predicted([{ scores: { gunshot: 0.99 }, head, trained: { danger: 0.2, safe: 0.8 } }]);
    assert.deepEqual([sure.prediction, sure.class, sure.triggered, sure.version], [1, 'danger', ['gunshot'], 3]);
    const near = predicted([{ head, trained: { danger: 0.8, safe: 0.2 } }]);
    assert.deepEqual([near.prediction, near.class, near.triggered], [0, 'safe', []]);
    assert.ok(near.probability < 0.5 && near.probability > 0.25);
    const over = predicted([{ head, trained: { danger: 0.95, safe: 0.05 } }]);
    assert.deepEqual([over.prediction, over.triggered, over.thresholds.danger], [1, ['danger'], 0.9]);
  });

  test('what sounds alike counts against a class, and is named', () => {
    const scores = { gunshot: 0.8 };
    const fireworks = predicted([{ scores, named: { Fireworks: 0.9, 'Gunshot, gunfire': 0.1 } }]);
    assert.deepEqual([fireworks.prediction, fireworks.triggered], [0, []]);
    assert.deepEqual(fireworks.suppressed, [{ label: 'gunshot', by: 'Fireworks' }]);
    assert.ok(Math.abs((fireworks.scores.gunshot ?? NaN) - 0.55) < 1e-9);
    assert.equal(predicted([{ scores }]).prediction, 1);
    const deaf = { ...settings, suppress: false };
    assert.equal(predicted([{ scores, named: { Fireworks: 0.9 } }], { decision: deaf }).prediction, 1);
  });

  test('one blow is no forced entry, two are', () => {
    const [impact] = settings.mapping.impacts;
    const blow: Says = { scores: { forced_entry: 0.9 }, named: { [impact ?? '']: 0.5 } };
    const one = predicted([{}, blow, {}]);
    assert.deepEqual([one.prediction, one.probability < 0.5, one.scores.forced_entry], [0, true, 0]);
    const two = predicted([{}, blow, {}, {}, blow, {}]);
    assert.deepEqual([two.prediction, two.triggered, two.at], [1, ['forced_entry'], 4 * 0.48]);
  });

  test('silence is safe, and it is said that there was nothing to hear, whatever the model says of it', () => {
    const said = predicted([{ scores: { gunshot: 0.99 } }], { heard: { ...whole, dbfs: -100, peak: 0 } });
    assert.deepEqual([said.prediction, said.class, said.probability, said.triggered], [0, 'safe', 0, []]);
    assert.match(said.reason ?? '', /nothing to hear/);
    assert.equal(predicted([{}]).reason, undefined);
  });

  test('a class that bears the name of what every object has is one as any other', () => {
    const head = headOf({ constructor: 0.5, valueOf: 0.5 });
    const said = predicted([{ head, trained: { constructor: 0.9, valueOf: 0.1, safe: 0 } }]);
    assert.deepEqual([said.scores.constructor, said.triggered], [0.9, ['constructor']]);
    assert.equal(said.probability, 0.9);
  });
});

describe('a prediction never contradicts itself', () => {
  const random = seededRandom(41);
  const names = [...new Set([...settings.mapping.impacts, ...Object.values(settings.mapping.suppressors).flat()])];
  /** Often close to a threshold, or exactly on it, or at an end. */
  const around = (thresholds: readonly number[]): number => {
    const at = thresholds[Math.floor(random() * thresholds.length)] ?? 0.5;
    const kind = Math.floor(random() * 6);
    return Math.min(1, Math.max(0, [at, at - 1e-5 * random(), at + 1e-5 * random(), 0, 1, random()][kind] ?? 0));
  };

  test('whatever the scores, thresholds, lookalikes and trained classes are', () => {
    for (let round = 0; round < 3000; round += 1) {
      const limits = [0.35, 0.6, 0.7, 0.65, 0.3 + 0.65 * random(), random(), 0, 1];
      const limit = (): number => limits[Math.floor(random() * limits.length)] ?? 0.5;
      const thresholds = {
        glass_break: limit(),
        gunshot: limit(),
        scream: limit(),
        forced_entry: limit(),
        bell: limit(),
      };
      const head = random() < 0.5 ? headOf({ danger: limit(), gunshot: limit() }) : undefined;
      const windows = Array.from({ length: 1 + Math.floor(random() * 8) }, (): Says => {
        const scores = Object.fromEntries(Object.keys(thresholds).map((name) => [name, around(limits)]));
        const named = Object.fromEntries(names.map((name) => [name, random() < 0.2 ? random() : 0]));
        const trained = { danger: around(limits), gunshot: around(limits), safe: random() };
        return { scores, named, dbfs: -5 - 60 * random(), ...(head === undefined ? {} : { head, trained }) };
      });
      const threshold = round % 2 === 0 ? 0.5 : around([0.1, 0.4999, 0.5, 0.9]);
      const said = predicted(windows, { threshold, decision: { ...settings, thresholds } });
      const tells = JSON.stringify(said);
      const isDanger = said.prediction === 1;
      assert.equal(said.class === 'danger', isDanger, tells);
      assert.equal(said.triggered.length > 0, isDanger, tells);
      assert.equal(said.probability >= threshold, isDanger, tells);
      assert.ok(Math.abs(said.confidence - (isDanger ? said.probability : 1 - said.probability)) < 1e-9, tells);
      assert.equal(said.probability, Math.max(...said.windows.map(({ probability }) => probability)), tells);
      assert.equal(said.windows.find(({ offset }) => offset === said.at)?.probability, said.probability, tells);
      for (const score of [said.probability, ...Object.values(said.scores)]) assert.ok(score >= 0 && score <= 1, tells);
      if (threshold !== 0.5) continue;
      const heard = [...new Set(said.sounds.map(({ label }) => label))].toSorted();
      assert.deepEqual(said.triggered.toSorted(), heard, tells);
      for (const [name, score] of Object.entries(said.scores)) {
        // The rule may hold with a score of 0 where the threshold is none.
        if (name === 'forced_entry' && said.thresholds[name] === 0) continue;
        assert.equal(said.triggered.includes(name), score >= (said.thresholds[name] ?? NaN), `${name} ${tells}`);
      }
    }
  });
});
