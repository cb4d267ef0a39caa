import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertKind } from '../../../src/contracts/guards.ts';
import type { Kind } from '../../../src/contracts/messages.ts';

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
