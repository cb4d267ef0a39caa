import type { RawFrame } from '../frame-reader.ts';

/** Cells of the small picture in which views are compared. */
export const grid = { width: 64, height: 36 };
/** Looked at along each side of a cell: 9,216 points of a picture of any size. */
const pointsPerSide = 2;
/** Share of points that may be brighter than a black picture, or darker than a white one: a clock in the corner. */
const outliers = 0.02;

/** What a picture looks like as a whole; brightness is 0 to 255. */
export interface Measure {
  /** Brightness of each cell, row by row. */
  cells: Float32Array;
  mean: number;
  /** Nearly all points are at least, and at most, this bright. */
  dark: number;
  bright: number;
  /** How much the cells differ: standard deviation. */
  structure: number;
  /**
   * How much a pixel differs from the line between its neighbours, on average: sharpness, and noise. What merely gets
   * brighter from one side to the other, as a blurred picture does, has none.
   */
  detail: number;
  /** Share of points that differ from a neighbour at all, 0 to 1: what a sensor sees in the dark is noise. */
  lively: number;
  /** The same for the same points only. */
  fingerprint: number;
}

/** Measures an rgb24 picture by its green channel, which carries most of the brightness. */
export function measure({ bytes, width, height }: RawFrame): Measure {
  const cells = new Float32Array(grid.width * grid.height);
  const histogram = new Uint32Array(256);
  const columns = positions(width, grid.width);
  const rows = positions(height, grid.height);
  const [right, below] = [width > 2 ? 3 : 0, height > 2 ? width * 3 : 0];
  let sum = 0;
  let bends = 0;
  let lively = 0;
  let fingerprint = 0;
  for (let row = 0; row < rows.length; row += 1) {
    const line = (rows[row] ?? 0) * width;
    const cellLine = Math.floor(row / pointsPerSide) * grid.width;
    for (let column = 0; column < columns.length; column += 1) {
      const at = (line + (columns[column] ?? 0)) * 3 + 1;
      const green = bytes[at] ?? 0;
      const cell = cellLine + Math.floor(column / pointsPerSide);
      cells[cell] = (cells[cell] ?? 0) + green;
      histogram[green] = (histogram[green] ?? 0) + 1;
      sum += green;
      const beside = bytes[at + right] ?? 0;
      const under = bytes[at + below] ?? 0;
      if (green !== beside || green !== under) lively += 1;
      bends += Math.abs(green - 2 * beside + (bytes[at + 2 * right] ?? 0));
      bends += Math.abs(green - 2 * under + (bytes[at + 2 * below] ?? 0));
      fingerprint = (Math.imul(fingerprint, 31) + green) | 0;
    }
  }
  const points = rows.length * columns.length;
  const mean = sum / points;
  for (let cell = 0; cell < cells.length; cell += 1) cells[cell] = (cells[cell] ?? 0) / pointsPerSide ** 2;
  return {
    cells,
    mean,
    dark: rank(histogram, points * outliers),
    bright: rank(histogram, points * (1 - outliers)),
    structure: Math.sqrt(cells.reduce((total, cell) => total + (cell - mean) ** 2, 0) / cells.length),
    detail: bends / (2 * points),
    lively: lively / points,
    fingerprint,
  };
}

/** One pixel for each point, never in the last two rows or columns, whose neighbours would be missing. */
function positions(length: number, cells: number): number[] {
  const count = cells * pointsPerSide;
  return Array.from({ length: count }, (_, index) => Math.floor(((index + 0.5) * Math.max(1, length - 2)) / count));
}

/** The brightness that so many points stay below. */
function rank(histogram: Uint32Array, points: number): number {
  let below = 0;
  const found = histogram.findIndex((count) => {
    below += count;
    return below > points;
  });
  return found === -1 ? 255 : found;
}
