import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { averagePrecision, bestF1, precisionRecall } from '../../../../src/audio/calibration/precision-recall.ts';

const judged = (...scores: readonly [score: number, positive: boolean][]) =>
  scores.map(([score, positive]) => ({ score, positive }));

describe('precision over recall', () => {
  test('a point for each score that occurs, from the highest down', () => {
    const curve = precisionRecall(judged([0.2, false], [0.9, true], [0.5, false], [0.4, true]));
    assert.deepEqual(curve, [
      { threshold: 0.9, precision: 1, recall: 0.5, falseAlarms: 0 },
      { threshold: 0.5, precision: 0.5, recall: 0.5, falseAlarms: 1 },
      { threshold: 0.4, precision: 2 / 3, recall: 1, falseAlarms: 1 },
      { threshold: 0.2, precision: 0.5, recall: 1, falseAlarms: 2 },
    ]);
    assert.equal(averagePrecision(curve), 0.5 + (2 / 3) * 0.5);
    assert.equal(bestF1(curve)?.f1, 0.8);
    assert.equal(bestF1(curve)?.point.threshold, 0.4);
  });

  test('equal scores share a point, whatever their order', () => {
    for (const sounds of [judged([0.5, true], [0.5, false]), judged([0.5, false], [0.5, true])]) {
      assert.equal(averagePrecision(precisionRecall(sounds)), 0.5);
    }
  });

  test('nothing of the class: no curve', () => {
    const curve = precisionRecall(judged([0.9, false]));
    assert.deepEqual(curve, []);
    assert.equal(averagePrecision(curve), null);
    assert.equal(bestF1(curve), undefined);
  });

  test('all of the class above all others: 1', () => {
    const curve = precisionRecall(judged([0.9, true], [0.8, true], [0.7, false]));
    assert.equal(averagePrecision(curve), 1);
    assert.equal(bestF1(curve)?.f1, 1);
  });
});
