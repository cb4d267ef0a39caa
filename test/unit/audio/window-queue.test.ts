import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WindowQueue } from '../../../src/audio/window-queue.ts';

describe('the queue of sound windows', () => {
  test('keeps the order within a source and lets sources take turns', () => {
    const queue = new WindowQueue<string>();
    for (const window of ['a1', 'a2', 'a3']) queue.put('a', window);
    queue.put('b', 'b1');
    assert.deepEqual(queue.take(2), ['a1', 'b1']);
    assert.deepEqual(queue.take(8), ['a2', 'a3']);
    assert.deepEqual(queue.take(8), []);
  });

  test('gives up the oldest window of a source that has too many', () => {
    const queue = new WindowQueue<number>();
    const displaced = Array.from({ length: 10 }, (_, window) => queue.put('a', window));
    assert.deepEqual(displaced.slice(0, 8), Array(8).fill(undefined));
    assert.deepEqual(displaced.slice(8), [0, 1]);
    assert.deepEqual(queue.take(20), [2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('turns a new source away when there are too many', () => {
    const queue = new WindowQueue<number>();
    for (let source = 0; source < 64; source++) assert.equal(queue.put(`source ${source}`, source), undefined);
    assert.equal(queue.put('one more', 64), 64);
    assert.equal(queue.put('source 0', 65), undefined);
  });
});
