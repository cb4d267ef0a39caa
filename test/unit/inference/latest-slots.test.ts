import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LatestSlots } from '../../../src/inference/latest-slots.ts';

describe('latest slots', () => {
  test('a newer item takes the place of the waiting one, which is handed back', () => {
    const slots = new LatestSlots<number>();
    assert.equal(slots.put('hall', 1), undefined);
    assert.equal(slots.put('hall', 2), 1);
    assert.equal(slots.put('hall', 3), 2);
    assert.equal(slots.take(), 3);
    assert.equal(slots.take(), undefined);
  });

  test('sources take turns, however fast one of them is', () => {
    const slots = new LatestSlots<string>();
    const served: Record<string, number> = {};
    for (let tick = 0; tick < 300; tick++) {
      for (let burst = 0; burst < 10; burst++) slots.put('fast', 'fast');
      slots.put('slow', 'slow');
      if (tick % 3 === 0) slots.put('rare', 'rare');
      const taken = slots.take();
      if (taken !== undefined) served[taken] = (served[taken] ?? 0) + 1;
    }
    assert.deepEqual(served, { fast: 100, slow: 100, rare: 100 });
  });

  test('a newer item keeps the turn of its source', () => {
    const slots = new LatestSlots<string>();
    slots.put('hall', 'old');
    slots.put('door', 'one');
    slots.put('hall', 'new');
    assert.equal(slots.take(), 'new');
  });

  test('of too many sources the one that waited longest gives way', () => {
    const slots = new LatestSlots<number>();
    for (let source = 0; source < 64; source++) assert.equal(slots.put(`s${source}`, source), undefined);
    assert.equal(slots.put('s64', 64), 0);
  });
});
