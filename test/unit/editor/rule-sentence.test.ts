import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { defaultRules, withIds, type Rule } from '../../../src/contracts/configs.ts';
import { rulePlace, ruleSentence } from '../../../src/editor/rule-sentence.ts';

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
  test('a condition that is still empty', () => {
    assert.equal(ruleSentence(rule({ kind: 'signal', label: '' }), say), 'When the signal ? comes: warning (2)');
  });
});

describe('the place of a fault', () => {
  const rules = [{ ...rule({ kind: 'object', label: 'car' }), label: 'Car at night' }, rule()];
  const cases: [path: (string | number)[], expected: string][] = [
    [[0, 'all', 0, 'label'], 'Rule 1 (Car at night), label'],
    [[0, 'all', 0, 'seenTimes', 'of'], 'Rule 1 (Car at night), looks'],
    [[1, 'all'], 'Rule 2'],
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
