import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertKind } from '../../../src/contracts/guards.ts';
import type { Kind } from '../../../src/contracts/messages.ts';
import { incident } from '../evidence/incident.ts';

describe('what is wrong with a message', () => {
  const cases: [payload: unknown, kind: Kind, expected: RegExp][] = [
    ['fire!', 'incident', /This is not an incident message: it must be an object\.$/],
    [{ v: 1, kind: 'signal', label: 3 }, 'signal', /This is not a signal message: .*; label must be a string\.$/],
  ];
  for (const [payload, kind, expected] of cases) {
    test(`as ${kind}`, () => {
      assert.throws(() => {
        assertKind(payload, kind);
      }, expected);
    });
  }
});

describe('an incident at a time that no page can show', () => {
  const nanoseconds = Date.UTC(2026, 10, 21) * 1e6;
  const cases = [
    ...(['capturedAt', 'startedAt', 'updatedAt', 'endedAt'] as const).map((field) =>
      incident({ [field]: nanoseconds }),
    ),
    incident({ startedAt: -1 }),
    incident({ signals: incident().signals.map((signal) => ({ ...signal, capturedAt: nanoseconds })) }),
  ];
  for (const payload of cases) {
    test('is refused, so that it cannot cost the whole list', () => {
      assert.throws(() => {
        assertKind(payload, 'incident');
      }, /must be (<=|>=)/);
    });
  }

  test('while a signal of a foreign clock is still judged', () => {
    const [site, area, source] = ['home', 'shop', 'door'];
    assertKind(
      { v: 1, kind: 'signal', site, area, source, capturedAt: nanoseconds, signal: 'pir', label: 'x', score: 1 },
      'signal',
    );
  });
});

test('an incident of a fuse-severity deep in subflows is one: Node-RED joins the ids of all around it', () => {
  const node = Array.from({ length: 5 }, () => '0123456789abcdef').join('-');
  const rules = [{ id: 'person', node, name: 'Person', severity: 2, firstAt: 5, signals: [] }];
  assertKind(incident({ rules }), 'incident');
});
