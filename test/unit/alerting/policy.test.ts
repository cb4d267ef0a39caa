import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decide, type AlertHistory } from '../../../src/alerting/policy.ts';
import type { Incident } from '../../../src/contracts/messages.ts';
import { incident } from './incident.ts';

const policy = { minimumSeverity: 2, cooldownSeconds: 60 };

function verdict(fields: Partial<Incident>, history: Partial<AlertHistory> = {}): string {
  const result = decide(incident(fields), policy, { alerted: undefined, recent: undefined, ...history });
  return result.send ? 'send' : result.cause;
}

describe('alert policy', () => {
  const cases: readonly [what: string, fields: Partial<Incident>, history: Partial<AlertHistory>, expected: string][] =
    [
      ['a start alerts', {}, {}, 'send'],
      ['an end never does', { phase: 'end' }, {}, 'phase'],
      ['evidence never does', { phase: 'evidence' }, {}, 'phase'],
      ['below the minimum stays silent', { severity: 1 }, {}, 'severity'],
      ['the minimum itself alerts', { severity: 2 }, {}, 'send'],
      ['an update that first reaches the minimum alerts', { phase: 'update', severity: 2 }, {}, 'send'],
      ['an update of the same severity does not', { phase: 'update', severity: 2 }, { alerted: 2 }, 'alerted'],
      ['an update of a lower one does not', { phase: 'update', severity: 2 }, { alerted: 3 }, 'alerted'],
      ['an update of a higher one does', { phase: 'update', severity: 3 }, { alerted: 2 }, 'send'],
      ['a start that comes twice alerts once', {}, { alerted: 3 }, 'alerted'],
      ['a recent alert for the same reason silences', { severity: 2 }, { recent: 2 }, 'cooldown'],
      ['a higher severity breaks the cooldown', { severity: 3 }, { recent: 2 }, 'send'],
      [
        'a higher severity in the same incident breaks it too',
        { phase: 'update', severity: 3 },
        { alerted: 2, recent: 2 },
        'send',
      ],
    ];
  for (const [what, fields, history, expected] of cases) {
    test(what, () => {
      assert.equal(verdict(fields, history), expected);
    });
  }

  test('silence is explained', () => {
    const result = decide(incident(), policy, { alerted: undefined, recent: 3 });
    assert.ok(!result.send);
    assert.equal(result.why, 'An alert for person+glass_break in shop went out less than 60 s ago.');
  });
});
