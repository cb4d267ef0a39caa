import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { bands, hannWindow } from '../../src/audio/log-mel.ts';
import { sharedFile, sharedRequirement } from '../requirements.ts';

/** The official YAMNet, whose graph holds window and mel matrix of its front end as 32 bit floats. */
const official = ['models', 'yamnet_classification_tflite_1.tflite'] as const;

describe('the front end has the constants of the official YAMNet file', () => {
  test('Hann window', (t) => {
    if (!sharedRequirement(t, ...official)) return;
    assert.ok(closestRun(readFileSync(sharedFile(...official)), hannWindow) < 5e-7);
  });

  test('mel matrix, 64 bands of 257 bins', (t) => {
    if (!sharedRequirement(t, ...official)) return;
    const matrix = new Float64Array(64 * 257);
    bands.forEach(({ first, weights }, band) => {
      matrix.set(weights, band * 257 + first);
    });
    assert.ok(closestRun(readFileSync(sharedFile(...official)), matrix) < 1e-7);
  });
});

/** How well the numbers agree with the run of floats in the file that is most like them: the largest difference. */
function closestRun(file: Buffer, numbers: Float64Array): number {
  const probe = numbers.findIndex((number, index) => index > numbers.length / 2 && number > 0.1);
  let closest = Infinity;
  for (let start = 0; start + 4 * numbers.length <= file.length; start += 4) {
    const difference = (index: number) => Math.abs(file.readFloatLE(start + 4 * index) - (numbers[index] ?? NaN));
    if (!(difference(probe) < 1e-3)) continue;
    // Most of the file is no floats at all, so a difference may be NaN.
    const largest = numbers.reduce((most, _, index) => (difference(index) <= most ? most : difference(index)), 0);
    if (largest < closest) closest = largest;
  }
  return closest;
}
