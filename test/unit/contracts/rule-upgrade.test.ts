import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { defaultRules, upgradeRules, type Rule } from '../../../src/contracts/configs.ts';
import { readConfig } from '../../../src/contracts/read-config.ts';

/** A rule as version 0.1 stored it. */
function old(...all: object[]): object {
  return { id: 'x', enabled: true, severity: 2, all, label: 'Words' };
}

describe('rules of version 0.1', () => {
  test('get the mark of the new form, and are the same otherwise', () => {
    const all = [{ kind: 'object', label: 'person', minimumScore: 0.5, seenTimes: { n: 2, of: 5 } }];
    assert.deepEqual(upgradeRules([old(...all)]), [{ v: 2, id: 'x', enabled: true, severity: 2, all, label: 'Words' }]);
  });

  test('keep the durations of states, and lose those that nothing heeded', () => {
    const states = [
      { kind: 'stream', label: 'offline', forSeconds: 60 },
      { kind: 'cue', label: 'tamper', forSeconds: 20 },
    ];
    const moments = [
      { kind: 'cue', label: 'motion', forSeconds: 20 },
      { kind: 'object', label: 'person', forSeconds: 5 },
    ];
    const [rule] = upgradeRules([old(...states, ...moments)]) as Rule[];
    assert.deepEqual(rule?.all, [...states, { kind: 'cue', label: 'motion' }, { kind: 'object', label: 'person' }]);
  });

  test('the default rules of that version become those of today', () => {
    const file = join(import.meta.dirname, 'rules-of-0.1.json');
    assert.deepEqual(upgradeRules(JSON.parse(readFileSync(file, 'utf8'))), defaultRules);
  });

  test('are upgraded when a node reads its settings, and rules of today stay as they are', () => {
    const today: Rule = {
      ...{ v: 2, id: 'y', enabled: true, severity: 1, all: [] },
      any: [{ kind: 'object', label: 'cat', forSeconds: 5 }],
    };
    const { rules } = readConfig(
      'fuse-severity',
      { rules: [old({ kind: 'sound', label: 'bark' }), today] },
      () => undefined,
    );
    assert.deepEqual([rules[0]?.v, rules[1]], [2, today]);
  });

  test('what is no rule is named by the check of the settings', () => {
    for (const rules of [
      'person',
      [7],
      [{ id: 'x', enabled: true, severity: 2, all: ['person'] }],
      [{ id: 'x', severity: 2 }],
      [null],
    ]) {
      assert.throws(() => readConfig('fuse-severity', { rules }, () => undefined), /not usable: .*rules/);
    }
  });

  test('a rule that asks for nothing is refused', () => {
    for (const any of [undefined, []]) {
      const rule = { v: 2, id: 'x', enabled: true, severity: 2, all: [], ...(any && { any }) };
      assert.throws(() => readConfig('fuse-severity', { rules: [rule] }, () => undefined), /rules\/0\/?/);
    }
  });
});
