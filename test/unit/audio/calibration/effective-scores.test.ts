import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { blockScores, effectiveScores } from '../../../../src/audio/calibration/effective-scores.ts';
import { packScores, unpackScores } from '../../../../src/audio/calibration/packed-scores.ts';

const windows = (...scores: number[]) => scores.map((score, index) => ({ at: index * 480, scores: { scream: score } }));

describe('the threshold at which a window would fire', () => {
  test('two of three windows, or one that is high enough', () => {
    assert.deepEqual(
      effectiveScores(windows(0.7, 0.1, 0.6, 0.1, 0.1, 0.5), 'scream', 0.8),
      [0, 0.1, 0.6, 0.1, 0.1, 0.1],
    );
    assert.deepEqual(effectiveScores(windows(0.1, 0.85, 0.3), 'scream', 0.8), [0, 0.85, 0.3]);
  });

  test('three of five, where windows lie half as far apart', () => {
    const close = [0.7, 0.1, 0.6, 0.1, 0.5, 0.9].map((score, index) => ({
      at: index * 240,
      scores: { scream: score },
    }));
    assert.deepEqual(effectiveScores(close, 'scream', 1), [0, 0, 0.1, 0.1, 0.5, 0.5]);
  });

  test('where one window is enough, it is its score', () => {
    assert.deepEqual(effectiveScores(windows(0.7, 0.1), 'scream', 0), [0.7, 0.1]);
  });

  test('windows that are far apart do not confirm each other', () => {
    const apart = [
      { at: 0, scores: { scream: 0.7 } },
      { at: 9000, scores: { scream: 0.7 } },
    ];
    assert.deepEqual(effectiveScores(apart, 'scream', 0.8), [0, 0]);
  });

  test('the best of each ten seconds; where nothing was heard there is none', () => {
    const heard = [
      { at: 100, scores: { scream: 0.2 } },
      { at: 9900, scores: { scream: 0.4 } },
      { at: 31_000, scores: { scream: 0.9 } },
    ];
    assert.deepEqual(
      [...blockScores(heard, 'scream', 0)],
      [
        [0, 0.4],
        [3, 0.9],
      ],
    );
  });

  test('packed and unpacked, they are the same; what was cut off is left out', () => {
    const classes = ['scream', 'gunshot'];
    const some = [
      { at: 0, dbfs: -50, scores: { scream: 0.25, gunshot: 0.5 } },
      { at: 86_400_000, dbfs: -3, scores: { scream: 1 } },
    ];
    const packed = packScores(some, classes);
    assert.deepEqual(unpackScores(packed, classes), [
      { at: 0, scores: { scream: 0.25, gunshot: 0.5 } },
      { at: 86_400_000, scores: { scream: 1, gunshot: 0 } },
    ]);
    assert.equal(unpackScores(packed.subarray(0, -1), classes).length, 1);
  });
});
