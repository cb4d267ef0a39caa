import { grid } from './measure.ts';

/**
 * How alike two small pictures are, -1 to 1, whatever their brightness and contrast.
 * @returns undefined when one of them has no structure at all: then there is nothing to compare.
 */
export function likeness(a: Float32Array, b: Float32Array): number | undefined {
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  let [together, squaresA, squaresB] = [0, 0, 0];
  for (let index = 0; index < a.length; index += 1) {
    const [x, y] = [(a[index] ?? 0) - meanA, (b[index] ?? 0) - meanB];
    together += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  const scale = Math.sqrt(squaresA * squaresB);
  return scale === 0 ? undefined : together / scale;
}

/** Where the edges of a small picture lie: what stands in a room keeps its outlines when the light changes. */
export function edges(cells: Float32Array): Float32Array {
  const found = new Float32Array(cells.length);
  for (let row = 0; row < grid.height - 1; row += 1) {
    for (let column = 0; column < grid.width - 1; column += 1) {
      const at = row * grid.width + column;
      const cell = cells[at] ?? 0;
      const steps = Math.abs(cell - (cells[at + 1] ?? 0)) + Math.abs(cell - (cells[at + grid.width] ?? 0));
      // The root keeps one hard edge, such as a lamp, from outweighing all others.
      found[at] = Math.sqrt(steps);
    }
  }
  return found;
}

function meanOf(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
