import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { labelFilter } from '../../../src/vision/label-filter.ts';

describe('the class filter', () => {
  const known = ['person', 'traffic light', 'knife'];

  test('takes names with spaces, ignores blanks, and means all when empty', () => {
    assert.deepEqual([...labelFilter(' person , traffic light,,', known).labels], ['person', 'traffic light']);
    assert.equal(labelFilter('', known).labels.size, 0);
  });

  test('says which class the model does not know, and keeps the others', () => {
    const { labels, fault } = labelFilter('person, knive', known);
    assert.ok(labels.has('person'));
    assert.match(String(fault), /^ES_BAD_CONFIG: The model has no class "knive"/);
    assert.equal(labelFilter('person, knife', known).fault, undefined);
    assert.equal(labelFilter('person', []).fault, undefined);
  });
});
