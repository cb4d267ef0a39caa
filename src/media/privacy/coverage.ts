import type { Size } from '../../geometry/letterbox.ts';
import { coverPolygon } from '../../geometry/cover-polygon.ts';
import type { Polygon } from '../../geometry/polygon.ts';

/** A mask file, decoded: one byte a pixel, 1 where it is black. */
export interface Bitmap extends Size {
  black: Uint8Array;
}

/** What must not be seen. */
export interface Hidden {
  polygons: readonly Polygon[];
  bitmap?: Bitmap | undefined;
}

/** Pixels `start` up to, not including, `end`, counted row by row through the whole picture. */
export interface Run {
  start: number;
  end: number;
}

/** Corners count by the rows that their edges cross: as many of them cost some milliseconds. */
const mostCrossings = 150_000;

/**
 * One byte for each pixel of a picture, row by row: 1 where something hidden touches it at all, or comes closer to it
 * than `margin` pixels. Polygons that would take too long are drawn on coarser cells: what touches one hides all of it.
 */
export function coverage({ polygons, bitmap }: Hidden, size: Size, margin: number): Uint8Array {
  const covered = new Uint8Array(size.width * size.height);
  const cell = cellFor(polygons, size);
  for (const polygon of polygons) coverByPolygon(covered, polygon, { ...size, cell }, margin);
  if (bitmap !== undefined) coverByBitmap(covered, bitmap, size, margin);
  return covered;
}

/** Pixels along the side of the cells that polygons are drawn on: 1 for all that people draw. */
export function cellFor(polygons: readonly Polygon[], { height }: Size): number {
  let crossings = 0;
  for (const polygon of polygons) {
    let above = polygon.at(-1);
    for (const corner of polygon) {
      crossings += Math.abs(corner.y - (above ?? corner).y) * height;
      above = corner;
    }
  }
  return Math.max(1, Math.ceil(crossings / mostCrossings));
}

/** The runs of pixels that are 1; one may go on from a row to the next. */
export function runsOf(pixels: Uint8Array): Run[] {
  const runs: Run[] = [];
  for (let start = pixels.indexOf(1); start !== -1;) {
    const end = pixels.indexOf(0, start);
    runs.push({ start, end: end === -1 ? pixels.length : end });
    start = end === -1 ? -1 : pixels.indexOf(1, end);
  }
  return runs;
}

function coverByPolygon(
  covered: Uint8Array,
  polygon: Polygon,
  { width, height, cell }: Size & { cell: number },
  margin: number,
): void {
  const cells = { width: Math.ceil(width / cell), height: Math.ceil(height / cell) };
  // The last cells may reach beyond the picture.
  const [across, down] = [width / (cells.width * cell), height / (cells.height * cell)];
  const onCells = cell === 1 ? polygon : polygon.map(({ x, y }) => ({ x: x * across, y: y * down }));
  coverPolygon(onCells, cells, margin / cell, (line, from, to) => {
    const end = Math.min(width, to * cell);
    for (let row = line * cell; row < Math.min(height, (line + 1) * cell); row += 1) {
      covered.fill(1, row * width + from * cell, row * width + end);
    }
  });
}

/** By sums of rectangles, so that every bitmap costs the same: one of single dots has a million runs. */
function coverByBitmap(covered: Uint8Array, bitmap: Bitmap, { width, height }: Size, margin: number): void {
  const sums = sumsOf(bitmap);
  const stride = bitmap.width + 1;
  const columns = spans(width, bitmap.width, margin);
  const lines = spans(height, bitmap.height, margin);
  for (let row = 0, pixel = 0; row < height; row += 1) {
    const [upper, lower] = [(lines.first[row] ?? 0) * stride, (lines.end[row] ?? 0) * stride];
    for (let column = 0; column < width; column += 1, pixel += 1) {
      const [left, right] = [columns.first[column] ?? 0, columns.end[column] ?? 0];
      const black = at(sums, lower + right) - at(sums, lower + left) - at(sums, upper + right) + at(sums, upper + left);
      if (black > 0) covered[pixel] = 1;
    }
  }
}

/** For each pixel along a side of the picture, those along the bitmap's that come near it: from the first to before the end. */
function spans(pixels: number, ofBitmap: number, margin: number): { first: Uint32Array; end: Uint32Array } {
  const scale = pixels / ofBitmap;
  const first = Uint32Array.from({ length: pixels }, (_, at) => Math.max(0, Math.floor((at - margin) / scale)));
  const end = Uint32Array.from({ length: pixels }, (_, at) => Math.min(ofBitmap, Math.ceil((at + 1 + margin) / scale)));
  return { first, end };
}

/** How many pixels are black above and left of each corner between pixels. */
function sumsOf({ width, height, black }: Bitmap): Uint32Array {
  const stride = width + 1;
  const sums = new Uint32Array(stride * (height + 1));
  for (let line = 0, pixel = 0; line < height; line += 1) {
    let ofLine = 0;
    for (let place = line * stride + 1; place < (line + 1) * stride; place += 1, pixel += 1) {
      ofLine += black[pixel] ?? 0;
      sums[place + stride] = at(sums, place) + ofLine;
    }
  }
  return sums;
}

function at(sums: Uint32Array, place: number): number {
  return sums[place] ?? 0;
}
