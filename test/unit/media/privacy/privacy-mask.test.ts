import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seededRandom } from '../../../../scripts/demo/seeded-random.ts';
import { contains } from '../../../../src/geometry/polygon.ts';
import { cellFor, type Bitmap } from '../../../../src/media/privacy/coverage.ts';
import { PrivacyMask } from '../../../../src/media/privacy/privacy-mask.ts';

const rectangle = (left: number, top: number, right: number, bottom: number) => [
  { x: left, y: top },
  { x: right, y: top },
  { x: right, y: bottom },
  { x: left, y: bottom },
];

function burnt(mask: PrivacyMask, width: number, height: number): string[] {
  const bytes = Buffer.alloc(width * height * 3, 200);
  mask.burn({ width, height, bytes });
  return Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) => {
      const pixel = bytes.subarray((row * width + column) * 3, (row * width + column + 1) * 3);
      assert.ok(pixel.equals(Buffer.alloc(3, pixel[0])), 'a pixel is black as a whole, or not at all');
      return pixel[0] === 0 ? '#' : '.';
    }).join(''),
  );
}

function bitmapOf(...lines: string[]): Bitmap {
  const black = Uint8Array.from(lines.join(''), (sign) => (sign === '#' ? 1 : 0));
  return { width: lines[0]?.length ?? 0, height: lines.length, black };
}

describe('a privacy mask', () => {
  test('blacks out its polygons and two pixels around them, in every size that comes', () => {
    const mask = new PrivacyMask({ polygons: [rectangle(0, 0, 0.25, 0.5)] });
    assert.deepEqual(burnt(mask, 8, 6), ['####....', '####....', '####....', '####....', '####....', '........']);
    assert.deepEqual(burnt(mask, 4, 2), ['###.', '###.']);
    assert.deepEqual(burnt(mask, 8, 6), ['####....', '####....', '####....', '####....', '####....', '........']);
  });

  test('blacks out what is black in a bitmap of the same shape, larger or smaller than the picture', () => {
    const small = new PrivacyMask({ polygons: [], bitmap: bitmapOf('#...', '....', '....') });
    assert.deepEqual(burnt(small, 8, 6), ['####....', '####....', '####....', '####....', '........', '........']);
    const dot = Array.from({ length: 60 }, (_, row) =>
      row === 30 ? `${'.'.repeat(40)}#${'.'.repeat(39)}` : '.'.repeat(80),
    );
    const large = new PrivacyMask({ polygons: [], bitmap: bitmapOf(...dot) });
    assert.deepEqual(burnt(large, 8, 6), ['........', '..#####.', '..#####.', '..#####.', '..#####.', '..#####.']);
  });

  test('of another shape than the picture refuses every picture by name', () => {
    const mask = new PrivacyMask({ polygons: [], bitmap: bitmapOf('#...', '....', '....') });
    for (let tries = 0; tries < 2; tries += 1) {
      assert.throws(() => burnt(mask, 16, 9), {
        name: 'ES_MASK_INVALID',
        message: 'The mask file has another shape (4 x 3) than the picture (16 x 9). No picture leaves the camera.',
      });
    }
  });

  test('of polygons that nobody draws hides all of them and little more, on cells of some pixels', () => {
    const [width, height] = [640, 360];
    const star = (turn: number) =>
      Array.from({ length: 64 }, (_, corner) => {
        const angle = 2 * Math.PI * ((corner * 31) / 64 + turn);
        return { x: 0.4 + 0.3 * Math.cos(angle), y: 0.5 + 0.4 * Math.sin(angle) };
      });
    const stars = Array.from({ length: 32 }, (_, index) => star(index / 7));
    const cell = cellFor(stars, { width, height });
    assert.ok(cell > 1);
    const lines = burnt(new PrivacyMask({ polygons: stars }), width, height);
    const random = seededRandom(31);
    let hidden = 0;
    for (let round = 0; round < 5000; round += 1) {
      const [x, y] = [random(), random()];
      const shown = lines[Math.floor(y * height)]?.[Math.floor(x * width)];
      if (stars.some((polygon) => contains(polygon, { x, y }))) {
        hidden += 1;
        assert.equal(shown, '#', `${x}, ${y} is open`);
      }
      const beyond = ((x - 0.4) / (0.3 + (3 * cell) / width)) ** 2 + ((y - 0.5) / (0.4 + (3 * cell) / height)) ** 2;
      if (beyond > 1) assert.equal(shown, '.', `${x}, ${y} is hidden for nothing`);
    }
    assert.ok(hidden > 1000);
  });

  test('of polygons that people draw is exact, however many and large they are', () => {
    const size = { width: 1920, height: 1080 };
    const round = Array.from({ length: 64 }, (_, corner) => ({
      x: 0.5 + 0.5 * Math.cos((2 * Math.PI * corner) / 64),
      y: 0.5 + 0.5 * Math.sin((2 * Math.PI * corner) / 64),
    }));
    assert.equal(cellFor(Array<typeof round>(32).fill(round), size), 1);
  });

  test('that hides nothing changes nothing, and needs no filter', () => {
    for (const mask of [
      new PrivacyMask({ polygons: [] }),
      new PrivacyMask({ polygons: [], bitmap: bitmapOf('..', '..') }),
    ]) {
      assert.equal(mask.isEmpty, true);
      assert.equal(mask.filter, undefined);
      assert.deepEqual(burnt(mask, 2, 2), ['..', '..']);
    }
  });

  test('has a filter of few boxes, whatever its form: a rectangle is one', () => {
    const count = (mask: PrivacyMask): number => mask.filter?.split(',').length ?? 0;
    assert.equal(count(new PrivacyMask({ polygons: [rectangle(0.1, 0.2, 0.4, 0.9)] })), 1);
    const triangle = [rectangle(0, 0, 1, 1).slice(0, 3)];
    assert.ok(count(new PrivacyMask({ polygons: triangle })) > 100);
    const random = seededRandom(4);
    const noise = {
      width: 640,
      height: 360,
      black: Uint8Array.from({ length: 640 * 360 }, () => (random() < 0.01 ? 1 : 0)),
    };
    const stripes = { ...noise, black: noise.black.map((_, index) => ((index % 640) % 64 < 32 ? 1 : 0)) };
    const dots = { ...noise, black: noise.black.map((_, index) => (index % 21 === 0 && index % 640 < 320 ? 1 : 0)) };
    for (const bitmap of [noise, stripes, dots]) {
      const boxes = count(new PrivacyMask({ polygons: triangle, bitmap }));
      assert.ok(boxes > 0 && boxes <= 240, `${boxes} boxes`);
    }
  });
});
