import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { between, seededRandom } from '../../../scripts/demo/seeded-random.ts';
import { fitLetterbox } from '../../../src/geometry/letterbox.ts';
import { toPicture } from '../../../src/vision/detection.ts';
import { ModelCanvas, type Plane, type RgbPixels } from '../../../src/vision/model-canvas.ts';

const plain: Plane[] = [
  { channel: 0, mean: 0, std: 1 },
  { channel: 1, mean: 0, std: 1 },
  { channel: 2, mean: 0, std: 1 },
];

function picture(width: number, height: number, pixel: (x: number, y: number) => [number, number, number]): RgbPixels {
  const rgb = Uint8Array.from({ length: width * height * 3 }, (_, index) => {
    const at = Math.floor(index / 3);
    return pixel(at % width, Math.floor(at / width))[index % 3] ?? 0;
  });
  return { rgb, width, height };
}

describe('model canvas', () => {
  test('planes take their channel and are normalised; bars are black', () => {
    const canvas = new ModelCanvas({ width: 4, height: 4 }, [
      { channel: 2, mean: 10, std: 2 },
      { channel: 0, mean: 20, std: 4 },
    ]);
    const box = canvas.draw(picture(8, 4, () => [100, 0, 30]));
    assert.deepEqual(box, { padX: 0, padY: 1, width: 4, height: 2 });
    const blue = [-5, 10, 10, -5].flatMap((value) => Array<number>(4).fill(value));
    const red = [-5, 20, 20, -5].flatMap((value) => Array<number>(4).fill(value));
    assert.deepEqual([...canvas.tensor.data], [...blue, ...red]);
    assert.deepEqual(canvas.tensor.dims, [1, 2, 4, 4]);
  });

  test('a picture of the right size is taken over byte by byte', () => {
    const random = seededRandom(1);
    const original = picture(5, 3, () => [random() * 256, random() * 256, random() * 256]);
    const canvas = new ModelCanvas({ width: 5, height: 5 }, plain);
    canvas.draw(original);
    const red = [...canvas.tensor.data.subarray(5, 20)];
    assert.deepEqual(
      red,
      [...original.rgb].filter((_, index) => index % 3 === 0),
    );
  });

  test('scaling is linear between pixel centres and repeats the edges', () => {
    const canvas = new ModelCanvas({ width: 8, height: 8 }, plain);
    canvas.draw(picture(4, 4, (x, y) => [x * 40, y * 40, 7]));
    const { data } = canvas.tensor;
    const ramp = [0, 10, 30, 50, 70, 90, 110, 120];
    assert.deepEqual([...data.subarray(0, 8)], ramp);
    assert.deepEqual(
      ramp.map((_, row) => data[64 + row * 8]),
      ramp,
    );
    assert.ok(data.subarray(128).every((value) => value === 7));
  });

  test('nothing of the previous picture is left in the bars of the next', () => {
    const canvas = new ModelCanvas({ width: 6, height: 6 }, plain);
    canvas.draw(picture(6, 6, () => [255, 255, 255]));
    canvas.draw(picture(2, 6, () => [9, 9, 9]));
    const [first] = [canvas.tensor.data.subarray(0, 6)];
    assert.deepEqual([...first], [0, 0, 9, 9, 0, 0]);
  });

  test('boxes come back from the canvas to where they were in the picture, whatever its shape', () => {
    const random = seededRandom(2);
    for (let round = 0; round < 2000; round++) {
      const size = { width: Math.ceil(between(random, 1, 4000)), height: Math.ceil(between(random, 1, 4000)) };
      const letterbox = fitLetterbox(size, { width: 416, height: 416 });
      const box = { x: random(), y: random(), width: random(), height: random() };
      const drawn = {
        x: letterbox.padX + box.x * letterbox.width,
        y: letterbox.padY + box.y * letterbox.height,
        width: box.width * letterbox.width,
        height: box.height * letterbox.height,
      };
      const back = toPicture(drawn, letterbox);
      const expected = { ...box, width: Math.min(box.width, 1 - box.x), height: Math.min(box.height, 1 - box.y) };
      for (const side of ['x', 'y', 'width', 'height'] as const) {
        assert.ok(Math.abs(back[side] - expected[side]) < 1e-9, `${side} of ${JSON.stringify({ size, box, back })}`);
      }
    }
  });
});
