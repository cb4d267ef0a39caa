import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nearestLabel, unknownLabels } from '../../../src/editor/unknown-labels.ts';

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

describe('the class that was meant', () => {
  const known = ['person', 'cat', 'car', 'dog', 'dining table'];
  for (const [typed, meant] of [
    ['Persn', 'person'],
    ['Kat', 'cat'],
    ['dinning table', 'dining table'],
    ['unicorn', undefined],
    ['', undefined],
  ] as const) {
    test(`by "${typed}" is ${meant ?? 'none'}`, () => {
      assert.equal(nearestLabel(typed, known), meant);
    });
  }
});
