import { SentinelError } from '../../contracts/errors.ts';
import type { Picture } from '../../contracts/ports.ts';
import type { Size } from '../../geometry/letterbox.ts';

/** Cells along the longer side, at most. */
const mostCells = 128;
/** Pixels along each side of a cell that are looked at, at most: enough to average noise away, and bounded in time. */
const mostSamples = 5;

/** How bright a picture is on a coarse grid. */
export interface Brightness extends Size {
  /** 0 to 255, row by row. */
  cells: Float32Array;
}

/**
 * The mean brightness of square cells. What is left over at the right and lower edge, less than a cell, belongs to none.
 * @throws SentinelError ES_BAD_INPUT when the picture is not whole rgb24.
 */
export function brightness({ bytes, encoding, width, height }: Picture): Brightness {
  if (encoding !== 'rgb24' || bytes.length !== width * height * 3) {
    throw new SentinelError('ES_BAD_INPUT', 'Motion is found in whole rgb24 pictures alone.');
  }
  const side = Math.max(1, Math.ceil(Math.max(width, height) / mostCells));
  const grid = { width: Math.max(1, Math.floor(width / side)), height: Math.max(1, Math.floor(height / side)) };
  const cells = new Float32Array(grid.width * grid.height);
  const samples = Math.min(side, width, height, mostSamples);
  const across = Array.from({ length: samples }, (_, index) => Math.floor(((index + 0.5) * side) / samples) * 3);
  // Red, twice green, blue: a quarter of their sum is close to what an eye calls brightness.
  const share = 1 / (4 * samples * samples);
  for (let row = 0; row < grid.height; row += 1) {
    for (const down of across) {
      const line = (row * side * 3 + down) * width;
      for (let column = 0; column < grid.width; column += 1) {
        const start = line + column * side * 3;
        let sum = 0;
        for (let index = 0; index < samples; index += 1) {
          const at = start + (across[index] ?? 0);
          sum += (bytes[at] ?? 0) + 2 * (bytes[at + 1] ?? 0) + (bytes[at + 2] ?? 0);
        }
        const cell = row * grid.width + column;
        cells[cell] = (cells[cell] ?? 0) + sum * share;
      }
    }
  }
  return { ...grid, cells };
}
