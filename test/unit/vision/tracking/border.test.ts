import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distanceTo } from '../../../../src/vision/tracking/border.ts';

test('the distance to a line is that to the next place on it, in heights of the picture', () => {
  const line = [
    { x: 0.2, y: 0.5 },
    { x: 0.6, y: 0.5 },
    { x: 0.6, y: 0.9 },
  ];
  const near = (x: number, y: number): number => Math.round(distanceTo(line, { x, y }, 2) * 1000) / 1000;
  assert.equal(near(0.4, 0.3), 0.2, 'beside it');
  assert.equal(near(0.55, 0.3), 0.2, 'beside it, elsewhere');
  assert.equal(near(0.1, 0.5), 0.2, 'before its beginning');
  assert.equal(near(0.7, 0.8), 0.2, 'beside its second part');
  assert.equal(near(0.6, 1), 0.1, 'behind its end');
  assert.equal(
    distanceTo(
      [
        { x: 0.5, y: 0.5 },
        { x: 0.5, y: 0.5 },
      ],
      { x: 0.5, y: 0.7 },
      2,
    ).toFixed(3),
    '0.200',
    'a line without a length',
  );
});
