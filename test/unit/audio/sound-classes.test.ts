import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SoundScale } from '../../../src/audio/sound-classes.ts';
import { shippedMapping } from '../../../src/audio/sound-mapping.ts';
import { catalogEntries, findModel } from '../../../src/inference/catalog.ts';
import type { ModelFor } from '../../../src/inference/model-description.ts';

const model = ours();
const scale = new SoundScale(model);
/** What both heads say together, not moved to the thresholds. */
const plain = new SoundScale({ ...model, calibration: { glass_break: 0, gunshot: 0, scream: 0, forced_entry: 0 } });

function ours() {
  const found = findModel('echosight-audio-v1', 'sound');
  assert.equal(found.family, 'echosight-audio');
  return found;
}

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
  test('average both heads as logits', () => {
    const { glass_break: score } = plain.scores(
      heads({ Shatter: 0.8, Glass: 0.5, Breaking: 0.25 }, { glass_break: 0.5 }),
    );
    // mapped .5*.8 + .3*.5 + .2*.25 = .6; sigmoid((ln(.6/.4) + 0) / 2)
    near(score, 0.55051);
  });

  test('take the loudest kind of gunfire', () => {
    // Logits ln 9 and -ln 9 cancel out.
    near(plain.scores(heads({ 'Machine gun': 0.9, Fusillade: 0.2 }, { gunshot: 0.1 })).gunshot, 0.5);
  });

  test('are moved to the threshold by the curve of the catalogue', () => {
    const { calibration } = model;
    assert.ok(Array.isArray(calibration.gunshot));
    const [raw, moved] = calibration.gunshot.at(-1) ?? [NaN, NaN];
    near(scale.scores(heads({ 'Machine gun': raw }, { gunshot: raw })).gunshot, moved);
    near(moved, 0.7);
  });

  test('a scream needs more than a shout', () => {
    const shout = scale.scores(heads({ Shout: 0.9 })).scream;
    const scream = scale.scores(heads({ Screaming: 0.9 })).scream;
    assert.ok(scream > shout);
  });

  test('breaking counts for forced entry only as far as it is not glass', () => {
    const wood = plain.scores(heads({ Breaking: 0.8 })).forced_entry;
    const pane = plain.scores(heads({ Breaking: 0.8, Glass: 0.8 })).forced_entry;
    assert.ok(wood > 10 * pane, `${wood} and ${pane}`);
  });

  test('stay inside 0..1 whatever the heads say', () => {
    for (const score of Object.values(scale.scores(heads({})))) assert.ok(score > 0 && score < 0.01);
    const everything = { tags: new Float32Array(model.tags.length).fill(1), events: new Float32Array(2).fill(1) };
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

test('what suppresses a class and what is an impact is told by name, as far as the model knows it', () => {
  const named = scale.named(heads({ Thunder: 0.75, Slam: 0.25, Speech: 1 }));
  assert.equal(named.Thunder, 0.75);
  assert.equal(named.Slam, 0.25);
  assert.equal(named.Speech, undefined);
  const own = new SoundScale({ ...model, mapping: { impacts: ['Slam', 'Sonic boom'] } }).named(heads({}));
  assert.equal(own.Slam, 0);
  assert.equal(own['Sonic boom'], undefined);
});

describe("a model without a head for our classes (YAMNet's)", () => {
  const yamnet: ModelFor<'sound'> = {
    ...{ id: 'yamnet', file: '/nowhere.onnx', title: 'YAMNet', license: 'Apache-2.0', task: 'sound', family: 'yamnet' },
    ...pick('yamnet'),
  };
  const read = (values: Record<string, number>, mapping?: Record<string, unknown>) =>
    new SoundScale(mapping === undefined ? yamnet : { ...yamnet, mapping }).scores({
      tags: Float32Array.from(yamnet.labels, (name) => values[name] ?? 0),
    });

  test('reaches the shipped thresholds at its operating points, and only there', () => {
    const { glass_break, gunshot, scream } = read({
      ...{ Shatter: 0.3, Glass: 0.3, Breaking: 0.3, 'Machine gun': 0.5, Screaming: 0.25, Shout: 0.25, Yell: 0.25 },
    });
    near(glass_break, 0.6);
    near(gunshot, 0.7);
    near(scream, 0.6);
    assert.ok(read({ Fusillade: 0.49 }).gunshot < 0.7);
  });

  test('knows every name of the shipped table', () => {
    assert.deepEqual(Object.keys(read({})), ['glass_break', 'gunshot', 'scream', 'forced_entry']);
    const { suppressors, impacts, everyday } = shippedMapping();
    for (const name of [...Object.values(suppressors).flat(), ...impacts, ...everyday]) {
      assert.ok(yamnet.labels.includes(name), name);
    }
  });

  test("a user's own class joins ours, uncalibrated", () => {
    const table = { classes: { smoke_alarm: { max: ['Smoke detector, smoke alarm', 'Fire alarm'] } } };
    const scores = read({ 'Fire alarm': 0.75 }, table);
    near(scores.smoke_alarm ?? NaN, 0.75);
    assert.ok(scores.glass_break < 0.01);
  });
});

describe('a description that lacks something is refused by name', () => {
  const broken = {
    'a calibration': { ...model, calibration: {} },
  };
  for (const [what, description] of Object.entries(broken)) {
    test(what, () => {
      assert.throws(() => new SoundScale(description), { name: 'ES_MODEL_INVALID', message: /lacks the/ });
    });
  }

  test('a name that the table asks for', () => {
    const without = { ...model, tags: model.tags.filter((name) => name !== 'Shatter') };
    assert.throws(() => new SoundScale(without), { name: 'ES_BAD_CONFIG', message: /needs the sound "Shatter"/ });
  });

  test('a calibration that falls', () => {
    const falling = { ...model.calibration, scream: [[0.2, 0.6] as [number, number], [0.4, 0.5] as [number, number]] };
    assert.throws(() => new SoundScale({ ...model, calibration: falling }), {
      name: 'ES_MODEL_INVALID',
      message: /"scream".*does not rise/,
    });
  });
});

/** What the catalogue says of a model whose file need not be here. */
function pick(id: string): Pick<ModelFor<'sound'>, 'labels' | 'calibration'> {
  const entry = catalogEntries().find((candidate) => candidate.id === id);
  assert.ok(entry !== undefined && 'calibration' in entry);
  return { labels: [...entry.labels], calibration: entry.calibration as ModelFor<'sound'>['calibration'] };
}
