import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { defaultRules, withIds, type Rule } from '../../../src/contracts/configs.ts';
import { rulePlace } from '../../../src/editor/rule-place.ts';
import { ruleSentence } from '../../../src/fusion/rule-words/rule-sentence.ts';

const locale = join(import.meta.dirname, '../../../nodes/fuse-severity/locales/en-US.json');
const { rule: texts } = JSON.parse(readFileSync(locale, 'utf8')) as { rule: Record<string, unknown> };

/** What Node-RED's i18n does with our texts. */
function say(key: string, params: Record<string, string | number> = {}): string {
  const text = key.split('.').reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], texts);
  return String(text).replace(/__(\w+)__/g, (_match, name: string) => String(params[name]));
}

function rule(...all: Rule['all']): Rule {
  return { id: '', enabled: true, severity: 2, all };
}

describe('a rule as a sentence', () => {
  test('two conditions', () => {
    const [first] = defaultRules;
    assert.ok(first);
    assert.equal(ruleSentence(first, say), 'When person is seen (2 of 5 looks) and gunshot is heard: alarm (3)');
  });
  test('from sunset to sunrise', () => {
    const dark = { ...rule({ kind: 'object', label: 'person' }), when: { from: 'sunset-30', to: 'sunrise' } };
    assert.equal(ruleSentence(dark, say), 'When person is seen: warning (2); from 30 min before sunset to sunrise');
  });
  test('with an expression', () => {
    const late = { ...rule({ kind: 'object', label: 'person' }), expression: 'time.hour >= 22' };
    assert.equal(ruleSentence(late, say), 'When person is seen, if time.hour >= 22: warning (2)');
  });
  test('how sure and how long', () => {
    const offline = rule({ kind: 'stream', label: 'offline', forSeconds: 60 });
    assert.equal(ruleSentence(offline, say), 'When a stream is offline (for 60 s): warning (2)');
    const sure = rule({ kind: 'object', label: 'car', minimumScore: 0.8, seenTimes: { n: 3, of: 4 } });
    assert.equal(ruleSentence(sure, say), 'When car is seen (score from 0.8, 3 of 4 looks): warning (2)');
  });
  test('how often', () => {
    const often = rule({ kind: 'cue', label: 'zone-enter gate', rate: { times: 3, seconds: 60 } });
    const sentence = 'When the cue zone-enter gate comes (3 times in 60 s): warning (2)';
    assert.equal(ruleSentence(often, say), sentence);
  });
  test('when it counts', () => {
    const person = rule({ kind: 'object', label: 'person' });
    const night = {
      ...person,
      modes: ['home', 'holiday'],
      when: { days: ['fri' as const, 'mon' as const], from: '22:00' },
    };
    assert.equal(
      ruleSentence({ ...night, entryDelaySeconds: 30 }, say),
      'When person is seen: warning (2); only in home or holiday; Mon, Fri from 22:00 to 24:00; told after 30 s, if nobody disarms',
    );
    assert.equal(
      ruleSentence({ ...person, modes: ['always'] }, say),
      'When person is seen: warning (2); always, disarmed too',
    );
  });
  test('a choice, an order, an exception and a time of its own', () => {
    const person = { kind: 'object', label: 'person' } as const;
    const [glass, scream] = [
      { kind: 'sound', label: 'glass_break' },
      { kind: 'sound', label: 'scream' },
    ] as const;
    const sentences: [Partial<Rule>, string][] = [
      [
        { all: [person], any: [glass, scream] },
        'When person is seen and (glass_break is heard or scream is heard): warning (2)',
      ],
      [{ any: [glass, scream] }, 'When glass_break is heard or scream is heard: warning (2)'],
      [
        { all: [glass, person], inOrder: true, within: 20 },
        'When glass_break is heard, then person is seen within 20 s: warning (2)',
      ],
      [
        { all: [glass], none: [person, { kind: 'signal', label: 'disarmed' }] },
        'When glass_break is heard, unless person is seen or the signal disarmed comes: warning (2)',
      ],
    ];
    for (const [fields, sentence] of sentences) assert.equal(ruleSentence({ ...rule(), ...fields }, say), sentence);
  });
  test('where, how many, how long, who', () => {
    const stays = { kind: 'object', label: 'person', zone: 'yard', count: 2, dwellSeconds: 30 } as const;
    const condition = { ...stays, moving: false, source: 'front' };
    const details = 'in yard, 2 at once, standing still, there for 30 s, at front';
    assert.equal(ruleSentence(rule(condition), say), `When person is seen (${details}): warning (2)`);
    const long = rule({ kind: 'cue', label: 'loiter', feature: { name: 'dwellSeconds', atLeast: 60 } });
    assert.equal(ruleSentence(long, say), 'When the cue loiter comes (dwellSeconds from 60): warning (2)');
  });
  test('evidence that is weighed', () => {
    const weigh: Rule['weigh'] = {
      terms: [{ kind: 'object', label: 'person', weight: 0.7, byZone: true }],
      hours: { weight: 0.3, from: '22:00', to: '06:00' },
      ...{ floor: 0.6, atLeast: 2, steps: [{ from: 0.9, severity: 3 }] },
    };
    assert.equal(
      ruleSentence({ ...rule({ kind: 'object', label: 'person' }), weigh }, say),
      'When person is seen and the evidence weighs 0.6 or more, by 2 signs ' +
        '(person is seen (times the weight of its zone): 0.7; 22:00 to 06:00: 0.3): warning (2), alarm (3) from 0.9',
    );
  });
  test('a condition that is still empty', () => {
    assert.equal(ruleSentence(rule({ kind: 'signal', label: '' }), say), 'When the signal ? comes: warning (2)');
  });
});

describe('the place of a fault', () => {
  const rules = [{ ...rule({ kind: 'object', label: 'car' }), label: 'Car at night' }, rule()];
  const cases: [path: (string | number)[], expected: string][] = [
    [[0, 'all', 0, 'label'], 'Rule 1 (Car at night), label'],
    [[0, 'all', 0, 'seenTimes', 'of'], 'Rule 1 (Car at night), looks'],
    [[1, 'all'], 'Rule 2, condition'],
    [[1, 'any', 2, 'zone'], 'Rule 2, in zone'],
    [[1, 'weigh', 'terms', 0, 'weight'], 'Rule 2, weight'],
    [[1, 'weigh', 'floor'], 'Rule 2, Evidence from'],
    [[0, 'within'], 'Rule 1 (Car at night), all within'],
    [[1, 'id'], 'Rule 2'],
  ];
  for (const [path, expected] of cases) {
    test(expected, () => {
      assert.equal(rulePlace(path, rules, say), expected);
    });
  }
});

describe('ids of rules', () => {
  test('those of the default rules stay as they are', () => {
    assert.deepEqual(withIds(defaultRules), defaultRules);
  });
  test('a rule that is not complete has one too', () => {
    assert.equal(withIds([rule({ kind: 'object', label: '' })])[0]?.id, '?');
  });
  test('two rules for the same labels differ', () => {
    const twice = rule({ kind: 'object', label: 'cat' });
    assert.deepEqual(
      withIds([twice, twice]).map(({ id }) => id),
      ['cat', 'cat-2'],
    );
  });
});
