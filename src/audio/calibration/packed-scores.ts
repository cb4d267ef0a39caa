import type { ScoredWindow } from './effective-scores.ts';

/** Beside the scores a window has its time and its level. */
const beside = 2;

/** Windows as they lie in the database; classes that a window lacks are 0. */
export function packScores(windows: readonly (ScoredWindow & { dbfs: number })[], classes: readonly string[]): Buffer {
  const columns = beside + classes.length;
  const packed = Buffer.alloc(4 * columns * windows.length);
  windows.forEach(({ at, dbfs, scores }, row) => {
    [at, dbfs, ...classes.map((name) => scores[name] ?? 0)].forEach((number, column) => {
      packed.writeFloatLE(number, 4 * (row * columns + column));
    });
  });
  return packed;
}

/** The same windows again, without their levels; what was cut off is left out. */
export function unpackScores(packed: Uint8Array, classes: readonly string[]): ScoredWindow[] {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.length);
  const columns = beside + classes.length;
  return Array.from({ length: Math.floor(bytes.length / (4 * columns)) }, (_, row) => {
    const read = (column: number): number => bytes.readFloatLE(4 * (row * columns + column));
    return { at: read(0), scores: Object.fromEntries(classes.map((name, index) => [name, read(beside + index)])) };
  });
}
