import type { Size } from '../../geometry/letterbox.ts';
import { coverPolygon, type Polygon } from '../../geometry/polygon.ts';

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

/**
 * One byte for each pixel of a picture, row by row: 1 where something hidden touches it at all, or comes closer to it
 * than `margin` pixels.
 */
export function coverage({ polygons, bitmap }: Hidden, size: Size, margin: number): Uint8Array {
  const { width } = size;
  const covered = new Uint8Array(width * size.height);
  for (const polygon of polygons) {
    coverPolygon(polygon, size, margin, (row, from, to) => {
      covered.fill(1, row * width + from, row * width + to);
    });
  }
  if (bitmap !== undefined) coverBitmap(covered, bitmap, size, margin);
  return covered;
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

function coverBitmap(covered: Uint8Array, bitmap: Bitmap, { width, height }: Size, margin: number): void {
  const [across, down] = [width / bitmap.width, height / bitmap.height];
  for (let line = 0; line < bitmap.height; line += 1) {
    const first = Math.max(0, Math.floor(line * down - margin));
    const last = Math.min(height, Math.ceil((line + 1) * down + margin));
    for (const { start, end } of runsOf(bitmap.black.subarray(line * bitmap.width, (line + 1) * bitmap.width))) {
      const from = Math.max(0, Math.floor(start * across - margin));
      const to = Math.min(width, Math.ceil(end * across + margin));
      for (let row = first; row < last; row += 1) covered.fill(1, row * width + from, row * width + to);
    }
  }
}
