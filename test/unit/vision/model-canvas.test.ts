import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { between, seededRandom } from '../../../scripts/demo/seeded-random.ts';
import type { Size } from '../../../src/geometry/letterbox.ts';
import { placements, type Resize } from '../../../src/geometry/placement.ts';
import { toPicture } from '../../../src/vision/read-outputs.ts';
import { ModelCanvas, type CanvasFormat, type Plane, type RgbPixels } from '../../../src/vision/model-canvas.ts';

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

/** A canvas of a fixed size, letterboxed, plane by plane in floats, on black, unless changed. */
function newCanvas(size: Size, planes: readonly Plane[] = plain, changes: Partial<CanvasFormat> = {}) {
  const format = { planes, bars: [0, 0, 0], layout: 'planes', element: 'float32', batch: true } as const;
  const canvas = new ModelCanvas({ ...format, ...changes });
  return {
    draw: (drawn: RgbPixels, resize: Resize = 'letterbox') => {
      const placement = placements[resize](drawn, size);
      canvas.draw(drawn, placement);
      return placement.picture;
    },
    get tensor() {
      return canvas.tensor;
    },
  };
}

describe('model canvas', () => {
  test('planes take their channel and are normalised; bars are black', () => {
    const canvas = newCanvas({ width: 4, height: 4 }, [
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

  test('pictures that are drawn beside each other are as they are alone, bars and all', () => {
    for (const layout of ['planes', 'pixels'] as const) {
      const format = { planes: plain, bars: [7, 8, 9], layout, element: 'float32', batch: true } as const;
      const size = { width: 6, height: 6 };
      const shapes = [picture(6, 3, (x, y) => [x, y, 50]), picture(3, 6, (x, y) => [100 + x, y, 60])];
      const [together, alone] = [new ModelCanvas(format, 2), new ModelCanvas(format)];
      // The second round finds the bars of the first, in the other places.
      for (const round of [shapes, shapes.toReversed()]) {
        for (const [index, one] of round.entries()) together.draw(one, placements.letterbox(one, size), index);
        const drawn = round.flatMap((one) => {
          alone.draw(one, placements.letterbox(one, size));
          return [...alone.tensor.data];
        });
        const { data, dims } = together.tensorOf(2);
        assert.deepEqual(dims, layout === 'planes' ? [2, 3, 6, 6] : [2, 6, 6, 3]);
        assert.deepEqual([...data], drawn);
      }
      assert.equal(together.tensor.data.length, 6 * 6 * 3);
    }
  });

  test('a picture of the right size is taken over byte by byte', () => {
    const random = seededRandom(1);
    const original = picture(5, 3, () => [random() * 256, random() * 256, random() * 256]);
    const canvas = newCanvas({ width: 5, height: 5 });
    canvas.draw(original);
    const red = [...canvas.tensor.data.subarray(5, 20)];
    assert.deepEqual(
      red,
      [...original.rgb].filter((_, index) => index % 3 === 0),
    );
  });

  test('scaling is linear between pixel centres and repeats the edges', () => {
    const canvas = newCanvas({ width: 8, height: 8 });
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

  test('every pixel of a much larger picture counts: a fine pattern becomes its mean', () => {
    for (const [width, height] of [
      [32, 32],
      [50, 38],
      [102, 68],
    ] as const) {
      const canvas = newCanvas({ width: 8, height: 8 });
      const box = canvas.draw(picture(width, height, (x, y) => ((x + y) % 2 === 0 ? [200, 0, 100] : [0, 0, 100])));
      const { data } = canvas.tensor;
      for (let y = 0; y < box.height; y += 1) {
        const row = (box.padY + y) * 8;
        for (let x = 0; x < 8; x += 1) assert.deepEqual([data[row + x], data[128 + row + x]], [100, 100]);
      }
    }
  });

  test('what is much larger stays where it is, odd sizes too', () => {
    const canvas = newCanvas({ width: 8, height: 8 });
    const box = canvas.draw(picture(101, 67, (x, y) => [x, y, 0]));
    const { data } = canvas.tensor;
    for (let y = 0; y < box.height; y += 1) {
      for (let x = 0; x < box.width; x += 1) {
        const at = (box.padY + y) * 8 + x;
        // The centre of a pixel of the canvas, in pixels of the picture; half steps are rounded with every halving.
        const expected = [((x + 0.5) * 101) / box.width - 0.5, ((y + 0.5) * 67) / box.height - 0.5];
        const found = [data[at] ?? NaN, data[64 + at] ?? NaN];
        assert.ok(
          found.every((value, index) => Math.abs(value - (expected[index] ?? NaN)) <= 1),
          `${x}, ${y}: ${found.join(', ')}, expected ${expected.join(', ')}`,
        );
      }
    }
  });

  test('nothing of the previous picture is left in the bars of the next', () => {
    const canvas = newCanvas({ width: 6, height: 6 });
    canvas.draw(picture(6, 6, () => [255, 255, 255]));
    canvas.draw(picture(2, 6, () => [9, 9, 9]));
    const [first] = [canvas.tensor.data.subarray(0, 6)];
    assert.deepEqual([...first], [0, 0, 9, 9, 0, 0]);
  });

  test('bars have their own colour, and stay when a picture of another size follows', () => {
    const canvas = newCanvas({ width: 4, height: 4 }, [{ channel: 0, mean: 10, std: 2 }], { bars: [110, 1, 1] });
    canvas.draw(picture(4, 2, () => [10, 0, 0]));
    const bar = Array<number>(4).fill(50);
    assert.deepEqual([...canvas.tensor.data], [...bar, ...Array<number>(8).fill(0), ...bar]);
    canvas.draw(
      picture(4, 2, () => [12, 0, 0]),
      'corner',
    );
    assert.deepEqual([...canvas.tensor.data], [...Array<number>(8).fill(1), ...bar, ...bar]);
  });

  test('pixel by pixel, in bytes and without a batch, for the models that want it so', () => {
    const format = { layout: 'pixels', element: 'uint8', batch: false, bars: [1, 2, 3] } as const;
    const canvas = newCanvas({ width: 2, height: 2 }, plain, format);
    canvas.draw(
      picture(2, 1, (x) => [x === 0 ? 200 : 255, 20, 30]),
      'corner',
    );
    assert.ok(canvas.tensor.data instanceof Uint8Array);
    assert.deepEqual(canvas.tensor.dims, [2, 2, 3]);
    assert.deepEqual([...canvas.tensor.data], [200, 20, 30, 255, 20, 30, 1, 2, 3, 1, 2, 3]);
  });

  test('a canvas without a fixed size is as large as the scaled picture', () => {
    const canvas = newCanvas({ width: 20, height: 10 });
    canvas.draw(
      picture(10, 5, () => [1, 2, 3]),
      'shortest-edge',
    );
    assert.deepEqual(canvas.tensor.dims, [1, 3, 10, 20]);
    canvas.draw(
      picture(5, 20, () => [1, 2, 3]),
      'shortest-edge',
    );
    assert.deepEqual(canvas.tensor.dims, [1, 3, 20, 5]);
    canvas.draw(
      picture(5, 20, () => [1, 2, 3]),
      'shortest-edge-32',
    );
    assert.deepEqual(canvas.tensor.dims, [1, 3, 32, 32]);
    assert.equal(canvas.tensor.data.length, 3 * 32 * 32);
  });

  for (const resize of Object.keys(placements) as Resize[]) {
    test(`${resize}: boxes come back from the canvas to where they were in the picture, whatever its shape`, () => {
      const random = seededRandom(2);
      for (let round = 0; round < 2000; round++) {
        const size = { width: Math.ceil(between(random, 1, 4000)), height: Math.ceil(between(random, 1, 4000)) };
        const input = { width: Math.ceil(between(random, 32, 1400)), height: Math.ceil(between(random, 32, 1400)) };
        const { canvas, picture: letterbox } = placements[resize](size, input);
        assert.ok(
          letterbox.padX >= 0 && letterbox.padX + letterbox.width <= canvas.width,
          JSON.stringify({ size, input }),
        );
        assert.ok(letterbox.padY >= 0 && letterbox.padY + letterbox.height <= canvas.height);
        // Every other one is tiny.
        const most = round % 2 === 0 ? 1 : 0.002;
        const box = { x: random(), y: random(), width: most * random(), height: most * random() };
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
  }

  test('what is drawn lies where the mapping says, to the pixel: a bright patch is found again in every recipe', () => {
    const random = seededRandom(3);
    for (let round = 0; round < 60; round++) {
      const [width, height] = [Math.ceil(between(random, 40, 300)), Math.ceil(between(random, 40, 300))];
      const patch = { x: Math.floor(random() * (width - 20)), y: Math.floor(random() * (height - 20)), side: 20 };
      const inside = (at: number, start: number) => at >= start && at < start + patch.side;
      const drawn = picture(width, height, (x, y) =>
        inside(x, patch.x) && inside(y, patch.y) ? [255, 0, 0] : [0, 0, 0],
      );
      const resize = (Object.keys(placements) as Resize[])[round % 5] ?? 'letterbox';
      const canvas = newCanvas({ width: 160, height: 128 });
      const letterbox = canvas.draw(drawn, resize);
      const [, , , columns = 0] = canvas.tensor.dims;
      const lit = [...canvas.tensor.data.keys()].filter((at) => (canvas.tensor.data[at] ?? 0) > 127);
      const [xs, ys] = [lit.map((at) => at % columns), lit.map((at) => Math.floor(at / columns))];
      const [left, top] = [Math.min(...xs), Math.min(...ys)];
      const box = { x: left, y: top, width: Math.max(...xs) + 1 - left, height: Math.max(...ys) + 1 - top };
      const back = toPicture(box, letterbox);
      // Half a pixel of the canvas, at each side.
      const slack = { x: 0.51 / letterbox.width + 1e-9, y: 0.51 / letterbox.height + 1e-9 };
      const where = JSON.stringify({ resize, width, height, patch, box, back });
      assert.ok(Math.abs(back.x - patch.x / width) <= slack.x, where);
      assert.ok(Math.abs(back.y - patch.y / height) <= slack.y, where);
      assert.ok(Math.abs(back.width - patch.side / width) <= 2 * slack.x, where);
      assert.ok(Math.abs(back.height - patch.side / height) <= 2 * slack.y, where);
    }
  });
});
