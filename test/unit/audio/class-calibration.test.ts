import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seededRandom } from '../../../scripts/demo/seeded-random.ts';
import { calibrationCurve, logit } from '../../../src/audio/class-calibration.ts';
import { catalogEntries } from '../../../src/inference/catalog.ts';
import type { Calibration } from '../../../src/inference/model-description.ts';

type Point = [raw: number, calibrated: number];

/** Rising points, drawn at random. */
function drawnPoints(random: () => number): Point[] {
  const rising = (count: number): number[] => {
    const steps = Array.from({ length: count + 1 }, () => 0.01 + random());
    const all = steps.reduce((sum, step) => sum + step, 0);
    let sum = 0;
    return steps.slice(0, count).map((step) => (sum += step) / all);
  };
  const count = 1 + Math.floor(random() * 8);
  const [raw, calibrated] = [rising(count), rising(count)];
  return raw.map((value, index) => [value, calibrated[index] ?? NaN]);
}

const calibrations = (): Calibration[] => {
  const random = seededRandom(5);
  const shipped = catalogEntries().flatMap((entry) =>
    'calibration' in entry ? Object.values(entry.calibration as Record<string, Calibration>) : [],
  );
  return [...shipped, ...[-20, 0, 3.5], ...Array.from({ length: 300 }, () => drawnPoints(random))];
};

describe('a calibration', () => {
  test('is tried as the catalogue has it, and many more', () => {
    assert.ok(calibrations().length > 300 + 8);
  });

  test('never turns two scores around, and stays within 0..1', () => {
    for (const calibration of calibrations()) {
      const curve = calibrationCurve(calibration, 'it');
      let before = -1;
      for (let raw = -12; raw <= 12; raw += 0.05) {
        const score = curve(raw);
        assert.ok(score >= 0 && score <= 1 && score >= before, `${JSON.stringify(calibration)} at ${raw}`);
        // Far out, where both round to the same number, nothing can rise any more.
        if (Math.abs(raw) < 4 && score > 1e-6 && score < 1 - 1e-6) assert.ok(score > before);
        before = score;
      }
    }
  });

  test('goes through its points, and beyond both ends moves along with the last one', () => {
    for (const calibration of calibrations()) {
      if (typeof calibration === 'number') continue;
      const curve = calibrationCurve(calibration, 'it');
      for (const [raw, calibrated] of calibration) near(curve(logit(raw)), calibrated);
      for (const [end, away] of [
        [calibration[0], -1],
        [calibration.at(-1), 1],
      ] as const) {
        assert.ok(end !== undefined);
        near(curve(logit(end[0]) + away), 1 / (1 + Math.exp(-logit(end[1]) - away)));
      }
    }
  });

  test('with one point does what a number does', () => {
    const [point, number] = [calibrationCurve([[0.3, 0.6]], 'it'), calibrationCurve(logit(0.6) - logit(0.3), 'it')];
    for (let raw = -8; raw < 8; raw += 0.7) near(point(raw), number(raw));
  });

  test('is refused where it does not rise', () => {
    const wrong: Point[][] = [
      [
        [0.2, 0.5],
        [0.2, 0.6],
      ],
      [
        [0.2, 0.5],
        [0.3, 0.5],
      ],
      [
        [0.3, 0.5],
        [0.2, 0.6],
      ],
    ];
    for (const points of wrong) {
      assert.throws(() => calibrationCurve(points, '"scream"'), { name: 'ES_MODEL_INVALID', message: /"scream"/ });
    }
  });
});

function near(found: number, expected: number): void {
  assert.ok(Math.abs(found - expected) < 1e-6, `${found}, not ${expected}`);
}
