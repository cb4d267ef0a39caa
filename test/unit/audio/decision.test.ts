import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { triggeredSounds } from '../../../src/audio/decision.ts';

const limits = {
  thresholds: { glass_break: 0.6, gunshot: 0.7, scream: 0.6, forced_entry: 0.65 },
  loudDbfs: -12,
};
const quiet = { scores: { glass_break: 0.1, gunshot: 0.1, scream: 0.1, forced_entry: 0.1 }, top: [], dbfs: -40 };

describe('which sounds fire', () => {
  test('none in a quiet room', () => {
    assert.deepEqual(triggeredSounds(quiet, limits), []);
  });

  test('every class at or above its own threshold', () => {
    const scores = { glass_break: 0.6, gunshot: 0.69, scream: 0.1, forced_entry: 0.65 };
    assert.deepEqual(triggeredSounds({ ...quiet, scores }, limits), ['glass_break', 'forced_entry']);
  });

  test('loud_unknown for a loud sound that nothing explains', () => {
    assert.deepEqual(triggeredSounds({ ...quiet, dbfs: -12 }, limits), ['loud_unknown']);
    assert.deepEqual(triggeredSounds({ ...quiet, dbfs: -12.1 }, limits), []);
  });

  test('not when a class explains it', () => {
    const scores = { ...quiet.scores, gunshot: 0.9 };
    assert.deepEqual(triggeredSounds({ ...quiet, scores, dbfs: -3 }, limits), ['gunshot']);
  });

  test('not for everyday sounds, but for a bang that stays below its threshold', () => {
    const loud = (label: string, score: number) => ({ ...quiet, dbfs: -3, top: [{ label, score }] });
    assert.deepEqual(triggeredSounds(loud('Speech', 0.8), limits), []);
    assert.deepEqual(triggeredSounds(loud('Speech', 0.3), limits), ['loud_unknown']);
    assert.deepEqual(triggeredSounds(loud('Bang', 0.9), limits), ['loud_unknown']);
  });

  test('a limit of 0 dB turns loud_unknown off', () => {
    assert.deepEqual(triggeredSounds({ ...quiet, dbfs: 0 }, { ...limits, loudDbfs: 0 }), []);
  });
});
