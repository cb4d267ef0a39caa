import assert from 'node:assert/strict';
import { test } from 'node:test';
import { correctAxis, predictAxis, startAxis } from '../../../../src/vision/tracking/axis.ts';

test('the filter learns a steady speed, and becomes surer with every look', () => {
  let axis = startAxis(0, 0.05, 1.2);
  const sure: number[] = [];
  for (let look = 1; look <= 20; look += 1) {
    axis = correctAxis(predictAxis(axis, 0.2, 1, 0), look * 0.1, 0.05);
    sure.push(axis.cov[0]);
  }
  assert.ok(Math.abs(axis.position - 2) < 0.02 && Math.abs(axis.speed - 0.5) < 0.02, JSON.stringify(axis));
  assert.ok(sure.slice(3).every((variance, index) => variance < (sure[index + 2] ?? 0)));
});

test('a look is weighed by how sure it and the prediction are', () => {
  const { position, cov } = correctAxis(startAxis(0, 1, 0), 1, 1);
  assert.deepEqual([position, cov[0]], [0.5, 0.5]);
});

test('a prediction grows less sure, and goes no further than the speed is believed', () => {
  const { position, cov } = predictAxis({ position: 1, speed: 2, cov: [1, 0, 1] }, 3, 1, 0);
  assert.deepEqual([position, cov[0]], [3, 10]);
});
