import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seededRandom } from '../../../scripts/demo/seeded-random.ts';
import { coverPolygon } from '../../../src/geometry/cover-polygon.ts';
import { contains, type Polygon } from '../../../src/geometry/polygon.ts';

const at = (...corners: [number, number][]): Polygon => corners.map(([x, y]) => ({ x, y }));
const square = at([0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]);
/** Its middle is gone around twice: the even-odd rule would leave a hole there. */
const star = at([0.5, 0], [0.8, 1], [0, 0.4], [1, 0.4], [0.2, 1]);
const bowTie = at([0, 0], [1, 1], [1, 0], [0, 1]);

function covered(polygon: Polygon, width: number, height: number, margin: number): Uint8Array {
  const pixels = new Uint8Array(width * height);
  coverPolygon(polygon, { width, height }, margin, (row, from, to) => {
    assert.ok(row >= 0 && row < height && from >= 0 && from < to && to <= width, `${row}: ${from} to ${to}`);
    pixels.fill(1, row * width + from, row * width + to);
  });
  return pixels;
}

function rows(polygon: Polygon, width: number, height: number, margin: number): string[] {
  const pixels = covered(polygon, width, height, margin);
  return Array.from({ length: height }, (_, row) =>
    [...pixels.subarray(row * width, (row + 1) * width)].map((one) => (one === 1 ? '#' : '.')).join(''),
  );
}

describe('a point in a polygon', () => {
  const cases: [string, Polygon, number, number, boolean][] = [
    ['the middle of a square', square, 0.5, 0.5, true],
    ['beside a square', square, 0.1, 0.5, false],
    ['in line with its upper edge', square, 0.1, 0.2, false],
    ['the middle of a star', star, 0.5, 0.55, true],
    ['between two points of a star', star, 0.5, 0.95, false],
    ['one half of a bow tie', bowTie, 0.1, 0.5, true],
    ['the other half, which turns the other way', bowTie, 0.9, 0.5, true],
    ['between the halves of a bow tie', bowTie, 0.5, 0.1, false],
    ['a line has no inside', at([0, 0], [1, 1], [0.5, 0.5]), 0.5, 0.4, false],
  ];
  for (const [what, polygon, x, y, expected] of cases) {
    test(what, () => {
      assert.equal(contains(polygon, { x, y }), expected);
      assert.equal(contains(polygon.toReversed(), { x, y }), expected);
    });
  }
});

describe('the pixels of a polygon', () => {
  test('are exactly those of a square that fits them, and one more around it with a margin', () => {
    assert.deepEqual(rows(at([0.2, 0.25], [0.6, 0.25], [0.6, 0.75], [0.2, 0.75]), 5, 4, 0), [
      '.....',
      '.##..',
      '.##..',
      '.....',
    ]);
    assert.deepEqual(rows(at([0.4, 0.4], [0.6, 0.4], [0.6, 0.6], [0.4, 0.6]), 5, 5, 1), [
      '.....',
      '.###.',
      '.###.',
      '.###.',
      '.....',
    ]);
  });

  test('are those that a thin sliver, a line and a point touch', () => {
    assert.deepEqual(rows(at([0, 0.5], [1, 0.5], [1, 0.51]), 4, 3, 0), ['....', '####', '....']);
    assert.deepEqual(rows(at([0.1, 0.1], [0.1, 0.1], [0.9, 0.9]), 3, 3, 0), ['#..', '.#.', '..#']);
    assert.deepEqual(rows(at([0.5, 0.5], [0.5, 0.5], [0.5, 0.5]), 3, 3, 1), ['###', '###', '###']);
  });

  test('end at the picture, and a polygon around it covers all of it', () => {
    assert.deepEqual(rows(at([0, 0], [1, 0], [1, 1], [0, 1]), 3, 2, 2), ['###', '###']);
  });

  test('of any polygon hold every point inside it, and nothing farther away than margin and pixel', () => {
    const random = seededRandom(20);
    const points = (count: number): Polygon => Array.from({ length: count }, () => ({ x: random(), y: random() }));
    for (let round = 0; round < 150; round += 1) {
      const polygon = points(3 + Math.floor(random() * 8));
      const [width, height, margin] = [7 + Math.floor(random() * 40), 5 + Math.floor(random() * 30), round % 3];
      const pixels = covered(polygon, width, height, margin);
      for (const { x, y } of points(200)) {
        if (!contains(polygon, { x, y })) continue;
        for (const [right, down] of [
          [0, 0],
          [-margin, 0],
          [margin, 0],
          [0, -margin],
          [0, margin],
        ] as const) {
          const [column, row] = [Math.floor(x * width) + right, Math.floor(y * height) + down];
          if (column < 0 || row < 0 || column >= width || row >= height) continue;
          assert.equal(pixels[row * width + column], 1, `round ${round}: ${column}, ${row} is open`);
        }
      }
      const reach = margin + 1;
      const near = covered(polygon, width, height, 0);
      for (let row = 0; row < height; row += 1) {
        for (let column = 0; column < width; column += 1) {
          if (pixels[row * width + column] === 0) continue;
          let touched = false;
          for (let y = Math.max(0, row - reach); y <= Math.min(height - 1, row + reach); y += 1) {
            for (let x = Math.max(0, column - reach); x <= Math.min(width - 1, column + reach); x += 1) {
              touched ||= near[y * width + x] === 1;
            }
          }
          assert.ok(touched, `round ${round}: ${column}, ${row} is covered for nothing`);
        }
      }
    }
  });
});
