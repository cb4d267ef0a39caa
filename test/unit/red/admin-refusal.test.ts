import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Problem } from '../../../src/api/problem.ts';
import { SentinelError, type ErrorName } from '../../../src/contracts/errors.ts';
import { adminRefusal } from '../../../src/red/admin-refusal.ts';

describe('what the dialog of a node is told when its question fails', () => {
  const cases: [name: ErrorName, status: number][] = [
    ['ES_TRAINING_DATA', 422],
    ['ES_TRAINING_BUSY', 409],
    ['ES_BUSY', 429],
    ['ES_DISK_FULL', 507],
  ];
  for (const [name, expected] of cases) {
    test(`${name}: ${expected}, with its sentence and its hint`, () => {
      const { status, body } = adminRefusal(new SentinelError(name, 'Why.', { hint: 'Then what.' }), 'ES_BAD_INPUT');
      assert.equal(status, expected);
      const { title, ...told } = JSON.parse(body) as Record<string, unknown>;
      assert.equal(typeof title, 'string');
      assert.deepEqual(told, { type: 'about:blank', status, detail: 'Why.', code: name, hint: 'Then what.' });
    });
  }

  test('a refusal of HTTP stays what it is, and what is no error of ours has the name of the question', () => {
    assert.equal(adminRefusal(new Problem(403, 'No.'), 'ES_BAD_INPUT').status, 403);
    const { status, body } = adminRefusal(new TypeError('x is undefined'), 'ES_MODEL_FAILED');
    assert.deepEqual([status, (JSON.parse(body) as { code: string }).code], [422, 'ES_MODEL_FAILED']);
  });
});
