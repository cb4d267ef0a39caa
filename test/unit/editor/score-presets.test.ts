import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { scoresOf, sensitivityOf } from '../../../src/editor/score-presets.ts';

const usual = { glassBreak: 0.6, gunshot: 0.7, scream: 0.6, forcedEntry: 0.65, singleFrom: 0.8 };

describe('the sensitivity of audio-classify', () => {
  test('moves every score the same way, and keeps them in order and within bounds', () => {
    const [calm, keen] = [scoresOf('calm', usual), scoresOf('keen', usual)];
    for (const key of Object.keys(usual) as (keyof typeof usual)[]) {
      assert.ok(keen[key] < usual[key] && usual[key] < calm[key] && calm[key] < 1 && keen[key] > 0, key);
    }
    assert.ok(calm.singleFrom > calm.gunshot && keen.singleFrom > keen.gunshot);
    assert.deepEqual(scoresOf('usual', usual), usual);
  });

  test("is recognised by its scores; others are nobody's", () => {
    for (const one of ['calm', 'usual', 'keen'] as const) assert.equal(sensitivityOf(scoresOf(one, usual), usual), one);
    assert.equal(sensitivityOf({ ...usual, scream: 0.61 }, usual), undefined);
    assert.equal(sensitivityOf({ ...usual, scream: NaN }, usual), undefined);
  });
});
