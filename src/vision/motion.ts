import { SentinelError } from '../contracts/errors.ts';
import type { Picture } from '../contracts/ports.ts';
import type { Size } from '../geometry/letterbox.ts';

const grid: Size = { width: 32, height: 18 };
/** So many pixels along each side of a cell are looked at: enough to average sensor noise away, little enough to be fast. */
const samplesPerSide = 6;
/** Brightness steps (of 255) by which a cell's mean must differ. */
const changedBy = 10;

/**
 * The plainest motion detector there is, for the time when no model looks: the picture's mean brightness on a coarse
 * grid against the source's previous picture.
 */
export class FrameDifference {
  readonly #previous = new Map<string, { size: Size; cells: Float32Array }>();

  /**
   * Share of cells that changed, 0..1; 0 for the first picture of a source and after a change of size.
   * @throws SentinelError ES_BAD_INPUT when the picture is not rgb24.
   */
  score(source: string, picture: Picture): number {
    if (picture.encoding !== 'rgb24' || picture.bytes.length !== picture.width * picture.height * 3) {
      throw new SentinelError('ES_BAD_INPUT', 'Motion is found in whole rgb24 pictures only.');
    }
    const { width, height } = picture;
    const cells = brightness(picture);
    const previous = this.#previous.get(source);
    this.#previous.set(source, { size: { width, height }, cells });
    if (previous?.size.width !== width || previous.size.height !== height) return 0;
    const changed = cells.filter((value, index) => Math.abs(value - (previous.cells[index] ?? value)) >= changedBy);
    return changed.length / cells.length;
  }
}

/** Mean of G per cell: the channel that carries most of the brightness. */
function brightness({ bytes, width, height }: Picture): Float32Array {
  const cells = new Float32Array(grid.width * grid.height);
  const columns = samplePositions(width, grid.width);
  const rows = samplePositions(height, grid.height);
  rows.forEach((y, row) => {
    const cellRow = Math.floor(row / samplesPerSide) * grid.width;
    columns.forEach((x, column) => {
      const cell = cellRow + Math.floor(column / samplesPerSide);
      cells[cell] = (cells[cell] ?? 0) + (bytes[(y * width + x) * 3 + 1] ?? 0);
    });
  });
  return cells.map((sum) => sum / samplesPerSide ** 2);
}

function samplePositions(length: number, cells: number): number[] {
  const count = cells * samplesPerSide;
  return Array.from({ length: count }, (_, index) => Math.floor(((index + 0.5) * length) / count));
}
