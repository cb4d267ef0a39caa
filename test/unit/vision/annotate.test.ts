import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import sharp from 'sharp';
import type { DetectedObject, FrameZone } from '../../../src/contracts/messages.ts';
import type { Picture } from '../../../src/contracts/ports.ts';
import { snapshotRenderer } from '../../../src/vision/annotate.ts';
import { textStrokes } from '../../../src/vision/stroke-font.ts';

const black: Picture = { bytes: Buffer.alloc(640 * 360 * 3), encoding: 'rgb24', width: 640, height: 360 };
const person: DetectedObject = { label: 'person', score: 0.81, box: { x: 0.25, y: 0.5, width: 0.25, height: 0.25 } };

async function pixels(jpeg: Buffer) {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
  return { at, info };
}

describe('snapshot', () => {
  test('the box is drawn around the object, its label above it, and nothing else changes', async () => {
    const { at, info } = await pixels(await snapshotRenderer.jpeg(black, [person]));
    assert.deepEqual([info.width, info.height], [640, 360]);
    const isRed = ([red = 0, green = 0]: number[]) => red > 150 && green < 120;
    for (const [x, y] of [
      [160, 225],
      [320, 225],
      [240, 180],
      [240, 270],
      [240, 162],
    ] as const) {
      assert.ok(isRed(at(x, y)), `${x},${y} is ${at(x, y).join()}`);
    }
    for (const [x, y] of [
      [240, 225],
      [100, 100],
      [500, 225],
    ] as const) {
      assert.ok(Math.max(...at(x, y)) < 10, `${x},${y} is ${at(x, y).join()}`);
    }
  });

  test('labels of any kind make a valid picture', async () => {
    const labels = ['<script>&"\'', ']]>', '人', 'Tür zu', '', 'x'.repeat(500), 'toString'];
    const objects = labels.map((label, index) => ({ ...person, label, box: { ...person.box, y: index / 10 } }));
    assert.equal((await pixels(await snapshotRenderer.jpeg(black, objects))).info.width, 640);
  });

  test('a label at the edge stays inside the picture', async () => {
    const corner = { ...person, box: { x: 0.97, y: 0, width: 0.03, height: 0.5 } };
    const { at } = await pixels(await snapshotRenderer.jpeg(black, [corner]));
    assert.ok((at(600, 3)[0] ?? 0) > 150);
  });

  test('zones and lines are drawn where they are, below the objects, and nothing of their names gets in', async () => {
    const corners = (...places: [x: number, y: number][]) => places.map(([x, y]) => ({ x, y }));
    const zones: FrameZone[] = [
      { name: '<yard>&"', kind: 'zone', points: corners([0.05, 0.2], [0.2, 0.2], [0.2, 0.9], [0.05, 0.9]) },
      { name: 'street', kind: 'ignore', points: corners([0.8, 0.2], [0.95, 0.2], [0.95, 0.9], [0.8, 0.9]) },
      { name: 'gate', kind: 'line', points: corners([0.6, 0.2], [0.6, 0.8]) },
    ];
    const { at, info } = await pixels(await snapshotRenderer.jpeg(black, [person], { zones }));
    assert.equal(info.width, 640);
    const [empty = 0, , blue = 0] = at(80, 200);
    assert.ok(blue > empty + 8, `inside the zone it is ${at(80, 200).join()}`);
    const [, green = 0] = at(384, 120);
    assert.ok(green > 120, `on the line it is ${at(384, 120).join()}`);
    // Who goes down the line has its right hand on the left of the picture: there the arrow points.
    const greens = (from: number) => Array.from({ length: 20 }, (_, n) => at(from + n, 180)[1] ?? 0);
    assert.ok(Math.min(...greens(366).slice(4, 16)) > 60 && Math.max(...greens(390)) < 40);
    const taken = await pixels(await snapshotRenderer.jpeg(black, [{ ...person, zones: ['<yard>&"'] }], { zones }));
    assert.ok((taken.at(80, 200)[2] ?? 0) > blue * 2, 'somebody is in it');
    const small = await pixels(await snapshotRenderer.jpeg(black, [person], { zones, longestSide: 320 }));
    assert.deepEqual([small.info.width, small.info.height], [320, 180]);
  });

  test('large pictures become small enough for a phone; tiny ones work', async () => {
    const large = { bytes: Buffer.alloc(4000 * 3000 * 3), encoding: 'rgb24', width: 4000, height: 3000 } as const;
    const { info } = await pixels(await snapshotRenderer.jpeg(large, [person]));
    assert.deepEqual([info.width, info.height], [1920, 1440]);
    const pixel = { bytes: Buffer.alloc(3), encoding: 'rgb24', width: 1, height: 1 } as const;
    assert.equal((await pixels(await snapshotRenderer.jpeg(pixel, [person]))).info.width, 1);
  });

  test('nothing of a label itself gets into the SVG', () => {
    const strokes = textStrokes('<a href="x">&amp;</a>', 0, 0, 10);
    assert.match(strokes, /^(<path transform="[\w ().-]*" d="[\w .]*"\/>)+$/);
  });
});
