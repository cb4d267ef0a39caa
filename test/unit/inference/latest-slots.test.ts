import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LatestSlots } from '../../../src/inference/latest-slots.ts';

describe('latest slots', () => {
  test('a newer item takes the place of the waiting one, which is counted', () => {
    const slots = new LatestSlots<number>();
    assert.equal(slots.put('hall', 1), undefined);
    assert.deepEqual(slots.put('hall', 2), { source: 'hall', item: 1 });
    assert.deepEqual(slots.put('hall', 3), { source: 'hall', item: 2 });
    assert.deepEqual(slots.take(), { source: 'hall', item: 3 });
    assert.equal(slots.take(), undefined);
    assert.equal(slots.superseded('hall'), 2);
    assert.equal(slots.superseded('door'), 0);
  });

  test('sources take turns, however fast one of them is', () => {
    const slots = new LatestSlots<number>();
    const served: Record<string, number> = {};
    for (let tick = 0; tick < 300; tick++) {
      for (let burst = 0; burst < 10; burst++) slots.put('fast', tick);
      slots.put('slow', tick);
      if (tick % 3 === 0) slots.put('rare', tick);
      const taken = slots.take();
      if (taken !== undefined) served[taken.source] = (served[taken.source] ?? 0) + 1;
    }
    assert.deepEqual(served, { fast: 100, slow: 100, rare: 100 });
  });

  test('a newer item keeps the turn of its source', () => {
    const slots = new LatestSlots<string>();
    slots.put('hall', 'old');
    slots.put('door', 'one');
    slots.put('hall', 'new');
    assert.deepEqual(slots.take(), { source: 'hall', item: 'new' });
  });

  test('of too many sources the one that waited longest gives way', () => {
    const slots = new LatestSlots<number>();
    for (let source = 0; source < 64; source++) assert.equal(slots.put(`s${source}`, source), undefined);
    assert.deepEqual(slots.put('s64', 64), { source: 's0', item: 0 });
    assert.equal(slots.superseded('s0'), 1);
  });
});
