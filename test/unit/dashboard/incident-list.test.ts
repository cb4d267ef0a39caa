import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { IncidentList } from '../../../dashboard/incidents/list/incident-list.ts';
import { incident } from './incident.ts';

function idsOf(list: IncidentList): string[] {
  return list.sorted().map(({ id }) => id);
}

describe('the incidents that the page knows', () => {
  test('stand newest first, in the order of the API where two began at once', () => {
    const list = new IncidentList();
    list.replace([incident('b', { startedAt: 5 }), incident('a', { startedAt: 5 })], list.mark(), false);
    list.put(incident('c', { startedAt: 9 }));
    assert.deepEqual(idsOf(list), ['c', 'b', 'a']);
  });

  test('a live message tells whether it brought something new', () => {
    const list = new IncidentList();
    assert.equal(list.put(incident('a')), true);
    assert.equal(list.put(incident('a', { label: 'later' })), false);
    assert.equal(list.get('a')?.label, 'later');
  });

  test('an answer that was on its way does not overwrite what came live meanwhile', () => {
    const list = new IncidentList();
    list.replace([incident('a')], list.mark(), false);
    const mark = list.mark();
    list.put(incident('a', { review: { state: 'acknowledged' } }));
    list.put(incident('b', { startedAt: 2000 }));
    list.replace([incident('a'), incident('z', { startedAt: 1 })], mark, false);
    assert.deepEqual(idsOf(list), ['b', 'a', 'z']);
    assert.equal(list.get('a')?.review.state, 'acknowledged');
  });

  test('a later answer replaces everything before it', () => {
    const list = new IncidentList();
    list.put(incident('gone'));
    list.replace([incident('a')], list.mark(), false);
    assert.deepEqual(idsOf(list), ['a']);
  });

  test('older ones are added below', () => {
    const list = new IncidentList();
    list.replace([incident('a', { startedAt: 9 })], list.mark(), false);
    list.append([incident('b', { startedAt: 3 })], list.mark(), false);
    assert.deepEqual(idsOf(list), ['a', 'b']);
  });

  test('an old one that changes is no news while those between are not loaded', () => {
    const list = new IncidentList();
    list.replace([incident('a', { startedAt: 9 }), incident('b', { startedAt: 7 })], list.mark(), true);
    assert.equal(list.put(incident('old', { startedAt: 3 })), false);
    assert.equal(list.put(incident('between', { startedAt: 8 })), true);
    assert.deepEqual(idsOf(list), ['a', 'between', 'b']);
    list.append([incident('c', { startedAt: 5 }), incident('old', { startedAt: 3 })], list.mark(), false);
    assert.equal(list.put(incident('oldest', { startedAt: 1 })), true);
    assert.deepEqual(idsOf(list), ['a', 'between', 'b', 'c', 'old', 'oldest']);
  });

  test('a shorter list leaves nothing of the longer one below its end', () => {
    const list = new IncidentList();
    const mark = list.mark();
    list.put(incident('old', { startedAt: 3 }));
    list.put(incident('new', { startedAt: 9 }));
    list.replace([incident('a', { startedAt: 5 })], mark, true);
    assert.deepEqual(idsOf(list), ['new', 'a']);
  });
});
