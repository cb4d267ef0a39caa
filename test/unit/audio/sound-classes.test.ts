import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SoundScale } from '../../../src/audio/sound-classes.ts';
import { findModel } from '../../../src/inference/catalog.ts';

const model = findModel('echosight-audio-v0', 'sound');
const scale = new SoundScale(model);

/** Head outputs that are 0 but for the given names and classes. */
function heads(tags: Record<string, number>, events: Record<string, number> = {}) {
  const row = (names: readonly string[], values: Record<string, number>) =>
    Float32Array.from(names, (name) => values[name] ?? 0);
  return { tags: row(model.tags, tags), events: row(model.labels, events) };
}

function near(found: number, expected: number): void {
  assert.ok(Math.abs(found - expected) < 1e-6, `${found}, not ${expected}`);
}

describe('class scores', () => {
  test('average both heads as logits and shift them', () => {
    const { glass_break: score } = scale.scores(
      heads({ Shatter: 0.8, Glass: 0.5, Breaking: 0.25 }, { glass_break: 0.5 }),
    );
    // mapped .5*.8 + .3*.5 + .2*.25 = .6; sigmoid((ln(.6/.4) + 0) / 2 + 2.559)
    near(score, 0.940573);
  });

  test('take the loudest kind of gunfire', () => {
    const { gunshot } = scale.scores(heads({ 'Machine gun': 0.9, Fusillade: 0.2 }, { gunshot: 0.1 }));
    // logits ln 9 and -ln 9 cancel out: sigmoid(1.6427)
    near(gunshot, 0.837902);
  });

  test('a scream needs more than a shout', () => {
    const shout = scale.scores(heads({ Shout: 0.9 })).scream;
    const scream = scale.scores(heads({ Screaming: 0.9 })).scream;
    assert.ok(scream > shout);
  });

  test('breaking counts for forced entry only as far as it is not glass', () => {
    const wood = scale.scores(heads({ Breaking: 0.8 })).forced_entry;
    const pane = scale.scores(heads({ Breaking: 0.8, Glass: 0.8 })).forced_entry;
    assert.ok(wood > 10 * pane, `${wood} and ${pane}`);
  });

  test('stay inside 0..1 whatever the heads say', () => {
    for (const score of Object.values(scale.scores(heads({})))) assert.ok(score > 0 && score < 0.01);
    const everything = { tags: new Float32Array(64).fill(1), events: new Float32Array(5).fill(1) };
    for (const score of Object.values(scale.scores(everything))) assert.ok(score > 0.5 && score <= 1);
  });
});

test('the best raw classes come first', () => {
  const top = scale.top(heads({ Dog: 0.9, Speech: 0.3, Rain: 0.5 }), 3);
  assert.deepEqual(
    top.map(({ label }) => label),
    ['Dog', 'Rain', 'Speech'],
  );
});

describe('a description that lacks something is refused by name', () => {
  const broken = {
    'a tag': { ...model, tags: model.tags.filter((name) => name !== 'Shatter') },
    'a label': { ...model, labels: ['other'] },
    'a calibration': { ...model, calibration: {} },
  };
  for (const [what, description] of Object.entries(broken)) {
    test(what, () => {
      assert.throws(() => new SoundScale(description), { name: 'ES_MODEL_INVALID', message: /lacks the/ });
    });
  }
});
