import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { between, seededRandom } from '../../../../scripts/demo/seeded-random.ts';
import type { Box } from '../../../../src/contracts/messages.ts';
import type { Size } from '../../../../src/geometry/letterbox.ts';
import { cutOut } from '../../../../src/vision/crops/crop.ts';
import { ModelCanvas } from '../../../../src/vision/model-canvas.ts';
import { squareAround, toPicturePoint, viewOf } from '../../../../src/vision/pose/body-square.ts';

const planes = ([0, 1, 2] as const).map((channel) => ({ channel, mean: 0, std: 1 }));
const format = { planes, bars: [0, 0, 0], layout: 'pixels', element: 'float32', batch: true } as const;

/** A picture that says where each of its pixels is: red its column, green its row, blue that it is one. */
function map({ width, height }: Size): Size & { rgb: Uint8Array } {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) rgb.set([x, y, 255], (y * width + x) * 3);
  return { rgb, width, height };
}

/** Any box of a picture; every other one ends at its border, or is the whole. */
function anyBox(random: () => number): Box {
  const [width, height] = [between(random, 0.01, 1), between(random, 0.01, 1)];
  const place = (length: number): number =>
    [0, 1 - length, between(random, 0, 1 - length)][Math.floor(random() * 3)] ?? 0;
  return { x: place(width), y: place(height), width, height };
}

describe('the square around a person', () => {
  test('what is drawn somewhere on the canvas is found again where it is in the picture, whatever the shapes', () => {
    const random = seededRandom(5);
    let compared = 0;
    for (let round = 0; round < 150; round += 1) {
      const size = { width: Math.floor(between(random, 1, 250)), height: Math.floor(between(random, 1, 250)) };
      const side = [32, 48, 63][round % 3] ?? 32;
      const view = viewOf(squareAround(anyBox(random), size), size, side);
      assert.ok(view !== undefined);
      const canvas = new ModelCanvas(format);
      canvas.draw(cutOut(map(size), view.crop), { canvas: { width: side, height: side }, picture: view.placed });
      const { data } = canvas.tensor;
      const { crop } = view;
      for (let row = 0; row < side; row += 1) {
        for (let column = 0; column < side; column += 1) {
          const [x = 0, y = 0, drawn = 0] = data.subarray((row * side + column) * 3);
          const found = toPicturePoint({ x: (column + 0.5) / side, y: (row + 0.5) / side }, view, size);
          const at = { x: found.x * size.width - 0.5, y: found.y * size.height - 0.5 };
          const isInside =
            at.x >= crop.left &&
            at.x <= crop.left + crop.width - 1 &&
            at.y >= crop.top &&
            at.y <= crop.top + crop.height - 1;
          if (!isInside) continue;
          assert.equal(drawn, 255);
          // What is halved first is rounded to whole bytes, which are whole pixels here.
          const slack = crop.width < 2 * view.placed.width || crop.height < 2 * view.placed.height ? 0.001 : 1;
          assert.ok(Math.abs(at.x - x) < slack && Math.abs(at.y - y) < slack, JSON.stringify({ round, at, x, y }));
          compared += 1;
        }
      }
    }
    assert.ok(compared > 50_000, `${compared} points`);
  });

  test('is a square with room around the box, and black where the picture ends', () => {
    const size = { width: 200, height: 100 };
    const square = squareAround({ x: 0, y: 0.2, width: 0.1, height: 0.8 }, size);
    assert.deepEqual(square, { left: -40, top: 10, side: 100 });
    const view = viewOf(square, size, 50);
    assert.deepEqual(view, {
      side: 50,
      crop: { left: 0, top: 10, width: 60, height: 90 },
      placed: { padX: 20, padY: 0, width: 30, height: 45 },
    });
    assert.deepEqual(toPicturePoint({ x: 0.4, y: 0 }, view, size), { x: 0, y: 0.1 });
    assert.deepEqual(toPicturePoint({ x: 1, y: 0.9 }, view, size), { x: 0.3, y: 1 });
  });

  test('a square beside the picture shows nothing of it', () => {
    assert.equal(viewOf({ left: 20, top: 0, side: 10 }, { width: 20, height: 20 }, 32), undefined);
    assert.equal(viewOf({ left: 0, top: -10, side: 10 }, { width: 20, height: 20 }, 32), undefined);
  });
});
