import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unknownLabels } from '../../../src/editor/unknown-labels.ts';

describe('classes that a model does not know', () => {
  test('are named', () => {
    assert.deepEqual(unknownLabels('persn, knife ,Person', ['person', 'knife']), ['persn', 'Person']);
  });
  test('an empty list means all classes', () => {
    assert.deepEqual(unknownLabels('', ['person']), []);
  });
  test("nobody can tell for a model of one's own", () => {
    assert.deepEqual(unknownLabels('persn', undefined), []);
  });
});
