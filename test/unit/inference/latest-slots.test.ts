import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LatestSlots } from '../../../src/inference/latest-slots.ts';

const of = (source: unknown, name: string) => ({ place: [source], name });

describe('latest slots', () => {
  test('a newer item takes the place of the waiting one, which is handed back', () => {
    const slots = new LatestSlots<ReturnType<typeof of>>();
    assert.equal(slots.put(of('hall', '1')), undefined);
    assert.equal(slots.put(of('hall', '2'))?.name, '1');
    assert.equal(slots.put(of('hall', '3'))?.name, '2');
    assert.equal(slots.take()?.name, '3');
    assert.equal(slots.take(), undefined);
  });

  test('sources take turns, however fast one of them is', () => {
    const slots = new LatestSlots<ReturnType<typeof of>>();
    const served: Record<string, number> = {};
    for (let tick = 0; tick < 300; tick++) {
      for (let burst = 0; burst < 10; burst++) slots.put(of(1, 'fast'));
      slots.put(of(2, 'slow'));
      if (tick % 3 === 0) slots.put(of(3, 'rare'));
      const taken = slots.take();
      if (taken !== undefined) served[taken.name] = (served[taken.name] ?? 0) + 1;
    }
    assert.deepEqual(served, { fast: 100, slow: 100, rare: 100 });
  });

  test('a newer item keeps the turn of its source', () => {
    const slots = new LatestSlots<ReturnType<typeof of>>();
    for (const [source, name] of Object.entries({ hall: 'old', door: 'one' })) slots.put(of(source, name));
    slots.put(of('hall', 'new'));
    assert.equal(slots.take()?.name, 'new');
  });

  test('places are the same when all their parts are', () => {
    const slots = new LatestSlots<{ place: unknown[] }>();
    const [one, other] = [{}, {}];
    for (const place of [[one, 'hall'], [other, 'hall'], [one], [one, 'door']]) {
      assert.equal(slots.put({ place }), undefined);
    }
    assert.deepEqual(slots.put({ place: [other, 'hall'] })?.place, [other, 'hall']);
  });

  test('of those that fit, the one that waited longest is taken, and the others keep their turns', () => {
    const slots = new LatestSlots<ReturnType<typeof of>>();
    for (const name of ['a', 'b', 'c', 'd']) slots.put(of(name, name));
    assert.equal(slots.take(({ name }) => name > 'b')?.name, 'c');
    assert.deepEqual([slots.take()?.name, slots.take()?.name, slots.take()?.name], ['a', 'b', 'd']);
  });

  test('of too many sources the one that waited longest gives way', () => {
    const slots = new LatestSlots<ReturnType<typeof of>>();
    for (let source = 0; source < 64; source++) assert.equal(slots.put(of(source, `${source}`)), undefined);
    assert.equal(slots.put(of(64, '64'))?.name, '0');
  });
});
