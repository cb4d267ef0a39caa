import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { iou } from '../../../src/geometry/boxes.ts';
import { fitLetterbox } from '../../../src/geometry/letterbox.ts';

describe('iou', () => {
  const box = { x: 0.2, y: 0.2, width: 0.4, height: 0.2 };

  test('is 1 for the same box and 0 for boxes that only touch', () => {
    assert.ok(Math.abs(iou(box, box) - 1) < 1e-12);
    assert.equal(iou({ x: 0, y: 0, width: 0.5, height: 1 }, { x: 0.5, y: 0, width: 0.5, height: 1 }), 0);
  });

  test('is shared area over joint area, either way round', () => {
    const half = { ...box, x: 0.4 };
    assert.ok(Math.abs(iou(box, half) - 1 / 3) < 1e-12);
    assert.equal(iou(box, half), iou(half, box));
  });

  test('is 0 for an empty box', () => {
    assert.equal(iou(box, { ...box, width: 0 }), 0);
  });
});

describe('fitLetterbox', () => {
  test('puts a wide picture in the middle of a square', () => {
    const fit = fitLetterbox({ width: 640, height: 360 }, { width: 416, height: 416 });
    assert.deepEqual(fit, { padX: 0, padY: 91, width: 416, height: 234 });
  });

  test('puts a tall picture in the middle of a square', () => {
    const fit = fitLetterbox({ width: 360, height: 640 }, { width: 416, height: 416 });
    assert.deepEqual(fit, { padX: 91, padY: 0, width: 234, height: 416 });
  });

  test('rounds half padding down and enlarges small pictures', () => {
    const fit = fitLetterbox({ width: 100, height: 101 }, { width: 416, height: 416 });
    assert.equal(fit.width, 412);
    assert.equal(fit.padX, 2);
    assert.equal(fitLetterbox({ width: 7, height: 2 }, { width: 7, height: 5 }).padY, 1);
    assert.equal(fitLetterbox({ width: 2, height: 7 }, { width: 5, height: 7 }).padX, 1);
  });

  test('keeps at least one pixel of an extreme shape', () => {
    assert.equal(fitLetterbox({ width: 10_000, height: 1 }, { width: 416, height: 416 }).height, 1);
  });
});
