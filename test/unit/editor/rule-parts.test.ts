import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Rule } from '../../../src/contracts/configs.ts';
import { addPart, change, changeRole, partsOf, removePart, type Part } from '../../../src/editor/rule-parts.ts';

function newRule(): Rule {
  return { v: 2, id: '', enabled: true, severity: 1, all: [{ kind: 'object', label: 'person' }] };
}

function part(rule: Rule, index: number): Part {
  const found = partsOf(rule)[index];
  assert.ok(found);
  return found;
}

describe('the conditions of a rule as one list', () => {
  test('a condition goes from one role to another and leaves nothing behind', () => {
    const rule = newRule();
    const before = structuredClone(rule);
    addPart(rule, 'all', { kind: 'sound', label: 'scream' });
    changeRole(rule, part(rule, 1), 'any');
    assert.deepEqual(rule.any, [{ kind: 'sound', label: 'scream' }]);
    changeRole(rule, part(rule, 1), 'none');
    assert.deepEqual([rule.any, rule.none], [undefined, [{ kind: 'sound', label: 'scream' }]]);
    changeRole(rule, part(rule, 1), 'weigh');
    assert.deepEqual(rule.weigh, { terms: [{ weight: 1, kind: 'sound', label: 'scream' }], floor: 0.5 });
    change(part(rule, 1).condition, { byZone: true });
    changeRole(rule, part(rule, 1), 'all');
    assert.deepEqual(rule.all[1], { kind: 'sound', label: 'scream' });
    removePart(rule, part(rule, 1));
    assert.deepEqual(rule, before);
  });

  test('they stand in the order of their roles', () => {
    const rule = newRule();
    for (const role of ['none', 'weigh', 'any', 'all'] as const) addPart(rule, role, { kind: 'cue', label: role });
    assert.deepEqual(
      partsOf(rule).map(({ condition }) => condition.label),
      ['person', 'all', 'any', 'none', 'weigh'],
    );
  });

  test('a field without a value is left out', () => {
    const rule = newRule();
    change(rule, { within: 5, reason: 'why' });
    change(rule, { within: undefined });
    assert.deepEqual(rule, { ...newRule(), reason: 'why' });
  });
});
