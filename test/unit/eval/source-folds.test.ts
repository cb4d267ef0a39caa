import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sourceFolds, sourceOf } from '../../eval/source-folds.ts';

const isEvent = (name: string) => name !== 'other';
const clips = (counts: Record<string, [events: number, others: number]>) =>
  Object.entries(counts).flatMap(([source, [events, others]]) => [
    ...Array.from({ length: events }, () => ({ file: 'a', class: 'gunshot', source })),
    ...Array.from({ length: others }, () => ({ file: 'b', class: 'other', source })),
  ]);

describe('folds by source', () => {
  test('each source in one fold, the events spread evenly', () => {
    const folds = sourceFolds(clips({ d: [3, 1], a: [9, 0], b: [5, 2], c: [5, 9], e: [2, 1], f: [0, 8] }), isEvent);
    assert.deepEqual(Object.fromEntries(folds), { a: 0, b: 1, c: 2, d: 3, e: 3, f: 1 });
  });

  test('sources without events go where the fewest clips are', () => {
    const folds = sourceFolds(clips({ a: [9, 0], b: [5, 2], c: [5, 9], d: [3, 1], e: [0, 8], f: [0, 9] }), isEvent);
    assert.deepEqual(Object.fromEntries(folds), { a: 0, b: 1, c: 2, d: 3, e: 1, f: 3 });
  });

  test('ESC-10 is five sources, one for each fold of its makers', () => {
    const file = 'other/ESC-10__esc10_001_-_Dog_bark_3-30226-A.flac';
    assert.equal(sourceOf({ file, source: 'ESC-10' }), 'ESC-10/3');
    assert.equal(sourceOf({ file: 'a-3-1-A.wav', source: 'own' }), 'own');
  });

  test('the order of the manifest does not matter', () => {
    const some = clips({ d: [3, 1], a: [9, 0], b: [5, 2], c: [5, 9], e: [2, 1] });
    assert.deepEqual([...sourceFolds(some, isEvent)].sort(), [...sourceFolds(some.toReversed(), isEvent)].sort());
  });

  test('fewer sources than folds, or a clip without one, is said', () => {
    assert.throws(() => sourceFolds(clips({ a: [1, 1], b: [1, 1] }), isEvent), {
      name: 'ES_BAD_INPUT',
      message: /4 folds need as many sources; there are 2/,
    });
    assert.throws(() => sourceFolds([{ file: 'x.wav', class: 'other', source: '' }], isEvent), {
      name: 'ES_BAD_INPUT',
      message: /from which source x\.wav is/,
    });
  });
});
