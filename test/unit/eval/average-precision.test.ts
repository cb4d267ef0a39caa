import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Box } from '../../../src/contracts/messages.ts';
import { Tally } from '../../eval/average-precision.ts';

const left: Box = { x: 0, y: 0, width: 0.2, height: 0.2 };
const right: Box = { x: 0.5, y: 0, width: 0.2, height: 0.2 };
const nowhere: Box = { x: 0.5, y: 0.8, width: 0.1, height: 0.1 };

function tallyOf(...pictures: [found: [score: number, box: Box][], labelled: Box[]][]): Tally {
  const tally = new Tally();
  for (const [found, labelled] of pictures) {
    tally.add(
      found.map(([score, box]) => ({ score, box })),
      labelled,
    );
  }
  return tally;
}

function assertPrecision(tally: Tally, expected: number): void {
  const found = tally.averagePrecision();
  assert.ok(found !== null && Math.abs(found - expected) < 1e-12, `${found}, expected ${expected}`);
}

describe('average precision, by hand', () => {
  test('a miss between two hits: half the recall at precision 1, half at 2/3', () => {
    const found: [number, Box][] = [
      [0.7, right],
      [0.8, nowhere],
      [0.9, left],
    ];
    assertPrecision(tallyOf([found, [left, right]]), 0.5 * 1 + 0.5 * (2 / 3));
  });

  test('what is better later counts earlier: precision is the best at a recall or beyond it', () => {
    // Miss, hit, hit, hit of four: precisions 1/2, 2/3, 3/4 at recalls 1/4, 2/4, 3/4; the fourth is never found.
    const hit: [[number, Box][], Box[]] = [[[0.5, left]], [left]];
    assertPrecision(tallyOf([[[0.9, nowhere]], []], hit, hit, hit, [[], [right]]), (3 / 4) * (3 / 4));
  });

  test('a second finding of one object is false', () => {
    const { precision, recall } = tallyOf([
      [
        [0.9, left],
        [0.8, left],
      ],
      [left],
    ]).ratesAt(0.5);
    assert.deepEqual([precision, recall], [0.5, 1]);
  });

  test('who comes later takes the next best object that is free', () => {
    const wide: Box = { x: 0, y: 0, width: 1, height: 1 };
    const most: Box = { x: 0, y: 0, width: 1, height: 0.8 };
    const both: [number, Box][] = [
      [0.9, wide],
      [0.8, wide],
    ];
    assert.deepEqual(tallyOf([both, [most, wide]]).ratesAt(0), { precision: 1, recall: 1 });
  });

  test('an overlap of one half suffices, less does not', () => {
    const whole: Box = { x: 0, y: 0, width: 1, height: 1 };
    const share = (height: number) => tallyOf([[[0.9, { ...whole, height }]], [whole]]).averagePrecision();
    assert.deepEqual([share(0.5), share(0.499)], [1, 0]);
  });

  test('equal scores count together, in whatever order they come', () => {
    const hit: [[number, Box][], Box[]] = [[[0.5, left]], [left]];
    const miss: [[number, Box][], Box[]] = [[[0.5, left]], []];
    assertPrecision(tallyOf(hit, miss), 0.5);
    assertPrecision(tallyOf(miss, hit), 0.5);
  });

  test('a finding in one picture finds nothing in another', () => {
    assertPrecision(tallyOf([[[0.9, left]], []], [[], [left]]), 0);
  });

  test('rates count what scores the threshold or more', () => {
    const tally = tallyOf([
      [
        [0.4, left],
        [0.39, right],
      ],
      [left, right],
    ]);
    assert.deepEqual(tally.ratesAt(0.4), { precision: 1, recall: 0.5 });
  });

  test('nothing labelled, or nothing found, is no share of anything', () => {
    const nothingLabelled = tallyOf([[[0.9, left]], []]);
    assert.equal(nothingLabelled.averagePrecision(), null);
    assert.deepEqual(nothingLabelled.ratesAt(0.4), { precision: 0, recall: null });
    const nothingFound = tallyOf([[], [left]]);
    assertPrecision(nothingFound, 0);
    assert.deepEqual(nothingFound.ratesAt(0.4), { precision: null, recall: 0 });
  });
});
