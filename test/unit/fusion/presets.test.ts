import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultRules, presetNames, rulePresets, withIds, type Rule } from '../../../src/contracts/configs.ts';
import { readConfig } from '../../../src/contracts/read-config.ts';
import { BenchArea } from './bench-area.ts';

/** What is there in one moment: objects, then sounds. */
function told(rules: readonly Rule[], objects: Record<string, number>, sounds: Record<string, number>): string[] {
  const area = new BenchArea({ rules });
  area.watch(objects, 1000);
  area.hear(sounds);
  return area.alerts.slice(-1);
}

describe('every preset', () => {
  for (const name of presetNames) {
    test(`${name} is a valid list of rules with ids as the dialog makes them`, () => {
      const rules = structuredClone(rulePresets[name]);
      assert.deepEqual(readConfig('fuse-severity', { rules }, () => undefined).rules, rules);
      assert.deepEqual(withIds(rules), rules);
      assert.equal(new Set(rules.map(({ id }) => id)).size, rules.length);
    });
  }

  test('the first one is what the node begins with', () => {
    assert.deepEqual(rulePresets.echosight, defaultRules);
  });

  test('all but the one for parity tell of a camera that is away', () => {
    for (const name of presetNames.filter((one) => one !== 'as-specified')) {
      const area = new BenchArea({ rules: rulePresets[name] });
      area.stream('stalled');
      area.wait(60_000);
      assert.deepEqual(area.story, ['start 2 offline'], name);
    }
  });
});

describe('EchoSight as specified', () => {
  const cases: [objects: Record<string, number>, sounds: Record<string, number>, last: string | undefined][] = [
    [{ person: 0.9 }, { gunshot: 0.8 }, 'update 3 person+gunshot'],
    [{ person: 0.9 }, { glass_break: 0.8 }, 'update 3 person+glass_break'],
    [{ person: 0.9 }, { gunshot: 0.8, glass_break: 0.8 }, 'update 3 person+gunshot'],
    [{ person: 0.9 }, { scream: 0.8 }, 'update 2 person+scream'],
    [{}, { gunshot: 0.8 }, 'start 2 audio_threat'],
    [{}, { glass_break: 0.8 }, 'start 2 audio_threat'],
    [{ person: 0.9 }, {}, 'start 1 person_only'],
    [{ person: 0.49 }, { gunshot: 0.8 }, 'start 2 audio_threat'],
    // ESF1, ESF2, ESF3: its gaps.
    [{}, { forced_entry: 0.9 }, undefined],
    [{}, { scream: 0.9 }, undefined],
    [{ knife: 0.9 }, {}, undefined],
    [{}, {}, undefined],
  ];
  for (const [objects, sounds, last] of cases) {
    const what = [...Object.keys(objects), ...Object.keys(sounds)].join(' and ') || 'nothing';
    test(`${what}: ${last ?? 'no event'}`, () => {
      assert.deepEqual(told(rulePresets['as-specified'], objects, sounds), last === undefined ? [] : [last]);
    });
  }
});

describe('home', () => {
  test('glass, and somebody 15 s later', () => {
    const area = new BenchArea({ rules: rulePresets.home });
    area.hear({ glass_break: 0.8 });
    area.wait(15_000);
    area.watch({ person: 0.8 }, 400);
    assert.deepEqual(area.alerts, ['start 2 glass_break', 'update 3 glass_break+person']);
  });
});

describe('shop', () => {
  test('a shot and a knife are alarms by themselves, a crowd is a notice', () => {
    assert.deepEqual(told(rulePresets.shop, {}, { gunshot: 0.8 }), ['start 3 gunshot']);
    assert.deepEqual(told(rulePresets.shop, { knife: 0.6 }, {}), ['start 3 knife']);
    assert.deepEqual(told(rulePresets.shop, { person: 0.9 }, {}), []);
  });
});

describe('warehouse', () => {
  test('a person is a notice by day and an intrusion at night', () => {
    const area = new BenchArea({ rules: rulePresets.warehouse });
    area.watch({ person: 0.8 }, 1000);
    assert.deepEqual(area.alerts, ['start 1 person']);
    const night = new BenchArea({ rules: rulePresets.warehouse });
    night.wait(11 * 3_600_000);
    night.watch({ person: 0.8 }, 1000);
    assert.deepEqual(night.alerts, ['start 2 intrusion']);
  });
});

describe('violence', () => {
  const decide = (scores: readonly number[]): string[] => {
    const area = new BenchArea({ rules: rulePresets.violence });
    for (const score of scores) {
      area.cue('violence', score);
      area.wait(1000);
    }
    return area.alerts;
  };

  test('five decisions from .65 on are violence (VS4), four are not', () => {
    assert.deepEqual(decide([0.65, 0.7, 0.9, 0.65]), []);
    assert.deepEqual(decide([0.65, 0.7, 0.9, 0.65, 0.8]), ['start 3 violence']);
  });

  test('one low score, even 0, does not begin the count anew (VSF7)', () => {
    assert.deepEqual(decide([0.7, 0.7, 0.2, 0.7, 0, 0.7, 0.7]), ['start 3 violence']);
    assert.deepEqual(decide([0.7, 0.7, 0.2, 0.7, 0.1, 0.7, 0.2, 0.7]), []);
  });

  test('several signs together are violence too, one alone is not', () => {
    const area = new BenchArea({ rules: rulePresets.violence });
    area.cue('fight', 0.8);
    assert.deepEqual(area.story, []);
    area.cue('aggressive', 0.7);
    assert.deepEqual(area.alerts, ['start 3 violence']);
    assert.ok(Math.abs(area.last.confidence - (0.5 * 0.8 + 0.3 * 0.7) / 0.8) < 1e-9);
  });

  test('night alone is no intrusion (MMF3)', () => {
    const area = new BenchArea({ rules: rulePresets.violence });
    area.wait(11 * 3_600_000);
    area.watch({}, 5000);
    assert.deepEqual(area.story, []);
  });
});
