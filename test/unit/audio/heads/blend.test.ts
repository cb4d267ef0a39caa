import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { blend } from '../../../../src/audio/heads/blend.ts';

const thresholds = { glass_break: 0.6, gunshot: 0.7 };
const head = { thresholds: { glass_break: 0.4, bell: 0.55 } };

describe('the model and the head of a user', () => {
  test('agree at their thresholds', () => {
    const { scores } = blend({ glass_break: 0.6, gunshot: 0.1 }, thresholds, head, {
      glass_break: 0.4,
      bell: 0,
      other: 0.6,
    });
    assert.ok(Math.abs((scores.glass_break ?? 0) - 0.6) < 1e-9);
    assert.equal(scores.gunshot, 0.1);
  });

  test('meet in the middle where the head says more, and nothing is hidden where it says less', () => {
    const above = blend({ glass_break: 0.3 }, thresholds, head, { glass_break: 0.95 }).scores.glass_break ?? 0;
    const below = blend({ glass_break: 0.95 }, thresholds, head, { glass_break: 0.01 }).scores.glass_break ?? 0;
    assert.ok(above > 0.6 && above < 0.95, String(above));
    assert.equal(below, 0.95);
  });

  test('a class of the user has the threshold of the head; a quiet one is none', () => {
    const { scores, thresholds: all } = blend({ glass_break: 0 }, thresholds, head, { bell: 0.8, other: 0.2 });
    assert.equal(scores.bell, 0.8);
    assert.deepEqual(all, { ...thresholds, bell: 0.55 });
    assert.equal(Object.hasOwn(scores, 'other'), false);
  });
});
