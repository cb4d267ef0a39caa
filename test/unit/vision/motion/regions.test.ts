import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Box } from '../../../../src/contracts/messages.ts';
import { componentsOf } from '../../../../src/vision/motion/components.ts';
import { regionsOf } from '../../../../src/vision/motion/regions.ts';

const grid = { width: 10, height: 6 };

/** Components of a drawing: a digit is how much a cell changed, `.` not at all. */
function found(...rows: string[]): [x: number, y: number, width: number, height: number, strength: number][] {
  const changes = new Float32Array(grid.width * grid.height);
  rows.forEach((row, y) => {
    Array.from(row).forEach((letter, x) => {
      changes[y * grid.width + x] = letter === '.' ? 0 : Number(letter);
    });
  });
  return componentsOf(changes, grid).map(({ box, strength }) => {
    const [x, width] = [box.x, box.width].map((value) => Math.round(value * grid.width));
    const [y, height] = [box.y, box.height].map((value) => Math.round(value * grid.height));
    return [x ?? NaN, y ?? NaN, width ?? NaN, height ?? NaN, strength];
  });
}

describe('changed cells', () => {
  test('are one component when they lie beside each other or with one between, above and below as well', () => {
    assert.deepEqual(found('2.2..', '.....', '..2..'), [[0, 0, 3, 3, 6]]);
    assert.deepEqual(found('2...2', '.....', '..2..'), [[0, 0, 5, 3, 6]]);
    assert.deepEqual(found('22', '', '', '', '.....33...'), [
      [5, 4, 2, 1, 6],
      [0, 0, 2, 1, 4],
    ]);
  });

  test('are noise when there is but one, or when they hardly changed', () => {
    assert.deepEqual(found('9...', '', '', '', '....11....'), []);
  });
});

describe('the regions to look at closely', () => {
  const box = (x: number, y = 0.1, size = 0.05): Box => ({ x, y, width: size, height: size });
  const moving = (...boxes: Box[]) => boxes.map((one) => ({ box: one, cells: 4, strength: 8 }));
  const xs = (regions: readonly Box[]): number[] => regions.map(({ x }) => x);

  test('begin with what was lost, then what moves takes turns', () => {
    const components = moving(box(0.1), box(0.4), box(0.7));
    assert.deepEqual(xs(regionsOf(components, [box(0.9)], 0)), [0.9, 0.1, 0.4, 0.7]);
    assert.deepEqual(xs(regionsOf(components, [box(0.9)], 1)), [0.9, 0.4, 0.7, 0.1]);
    assert.deepEqual(xs(regionsOf(components, [], 5)), [0.7, 0.1, 0.4]);
    assert.deepEqual(regionsOf([], [], 3), []);
  });

  test('are joined where they fit into a small part, such as head and feet, and not beyond', () => {
    const [joined, ...more] = regionsOf(moving(box(0.1), box(0.12, 0.15)), [], 0);
    assert.deepEqual(more, []);
    assert.deepEqual(
      [joined?.x, joined?.y, joined?.width, joined?.height].map((value) => Math.round((value ?? NaN) * 100)),
      [10, 10, 7, 10],
    );
    assert.equal(regionsOf(moving(box(0.1), box(0.2)), [], 0).length, 2);
  });

  test('are no more than somebody could look at', () => {
    const many = Array.from({ length: 90 }, (_, index) => box((index % 10) * 0.1, Math.floor(index / 10) * 0.1, 0.04));
    assert.equal(regionsOf(moving(...many), [box(0)], 0).length, 8);
  });
});
