import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bestOf, suppressOverlaps, type Candidate } from '../../../src/vision/nms.ts';

const candidate = (x: number, score: number, classIndex = 0): Candidate => {
  return { classIndex, score, box: { x, y: 0, width: 10, height: 10 } };
};
const scores = (candidates: readonly Candidate[]): number[] => candidates.map(({ score }) => score);

describe('of boxes that overlap', () => {
  test('the best stays, and those that overlap no more than is allowed', () => {
    // An IoU of a third at 5 pixels, of 0.54 at 3.
    const boxes = [candidate(5, 0.5), candidate(0, 0.9), candidate(3, 0.8)];
    assert.deepEqual(scores(suppressOverlaps(boxes, 0.5)), [0.9, 0.5]);
    assert.deepEqual(scores(suppressOverlaps(boxes, 0.3)), [0.9]);
    assert.deepEqual(scores(suppressOverlaps(boxes, 0.7)), [0.9, 0.8, 0.5]);
  });

  test('one that was suppressed suppresses nobody', () => {
    assert.deepEqual(
      scores(suppressOverlaps([candidate(0, 0.9), candidate(3, 0.8), candidate(6, 0.7)], 0.5)),
      [0.9, 0.7],
    );
  });

  test('those of other classes stay', () => {
    assert.deepEqual(scores(suppressOverlaps([candidate(0, 0.7, 1), candidate(0, 0.9)], 0.5)), [0.9, 0.7]);
  });

  test('only so many are compared that it takes no time', () => {
    const many = Array.from({ length: 10_500 }, (_, index) => candidate(index * 20, index / 10_500));
    assert.deepEqual([bestOf(many).length, bestOf(many)[0]?.score], [10_000, 10_499 / 10_500]);
  });
});
