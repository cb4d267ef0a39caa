import { patch } from '../log-mel.ts';

/** Log-mel of silence and of the loudest sounds that there are: what a byte of 0 and of 255 stand for. */
export const rowRange = { lowest: Math.log(0.001), highest: 4 } as const;

/**
 * Log-mel rows drawn together into columns of bytes, 64 for each: good to look at, not to compute with. Each is the loudest of
 * its rows: a bang must not vanish in a long recording.
 * @param together Rows of a column; the last one may have less.
 */
export function columnsOf(rows: Float32Array, together: number): Uint8Array {
  const { bands } = patch;
  const count = rows.length / bands;
  const loudest = new Float32Array(Math.ceil(count / together) * bands).fill(rowRange.lowest);
  for (let row = 0; row < count; row += 1) {
    const column = Math.floor(row / together) * bands;
    for (let band = 0; band < bands; band += 1) {
      const value = rows[row * bands + band] ?? 0;
      if (value > (loudest[column + band] ?? 0)) loudest[column + band] = value;
    }
  }
  const scale = 255 / (rowRange.highest - rowRange.lowest);
  const bytes = Uint8ClampedArray.from(loudest, (value) => (value - rowRange.lowest) * scale);
  return new Uint8Array(bytes.buffer);
}
