import type { Point } from '../contracts/configs.ts';
import type { Size } from './letterbox.ts';

/**
 * Polygons are lists of corners in 0..1 of a picture, closed by themselves. One that crosses or touches itself is filled by
 * the non-zero rule: what it goes around more than once is inside, unlike with the even-odd rule, which would leave holes.
 */
export type Polygon = readonly Point[];

/** Whether a point lies in a polygon; on the border it may count as either. */
export function contains(polygon: Polygon, { x, y }: Point): boolean {
  let winding = 0;
  for (const [a, b] of edgesOf(polygon)) {
    if (a.y <= y === b.y <= y) continue;
    if (crossingAt(a, b, y) > x) winding += b.y > a.y ? 1 : -1;
  }
  return winding !== 0;
}

/**
 * Marks every pixel of a picture that a polygon touches at all, or comes closer to than `margin` pixels.
 * @param mark is told pixels of a row, from the first to before the last; in no order, and some more than once.
 */
export function coverPolygon(
  polygon: Polygon,
  { width, height }: Size,
  margin: number,
  mark: (row: number, from: number, to: number) => void,
): void {
  const add = (row: number, left: number, right: number): void => {
    const from = Math.max(0, Math.floor(left - margin));
    const to = Math.min(width, Math.ceil(right + margin));
    if (from < to) mark(row, from, to);
  };
  const crossings = Array.from({ length: height }, (): Crossing[] => []);
  // What lies in the band of a row lies between two edges on the middle line, or an edge comes between, in the band as well.
  for (const [a, b] of edgesOf(polygon.map(({ x, y }) => ({ x: x * width, y: y * height })))) {
    const [upper, lower] = a.y <= b.y ? [a, b] : [b, a];
    const last = Math.min(height, Math.ceil(lower.y + margin));
    for (let row = Math.max(0, Math.floor(upper.y - margin)); row < last; row += 1) {
      const enters = upper.y === lower.y ? a.x : crossingAt(upper, lower, Math.max(upper.y, row - margin));
      const leaves = upper.y === lower.y ? b.x : crossingAt(upper, lower, Math.min(lower.y, row + 1 + margin));
      add(row, Math.min(enters, leaves), Math.max(enters, leaves));
      const middle = row + 0.5;
      if (upper.y > middle || lower.y <= middle) continue;
      crossings[row]?.push({ x: crossingAt(upper, lower, middle), turn: b.y > a.y ? 1 : -1 });
    }
  }
  for (const [row, met] of crossings.entries())
    eachInside(met, (left, right) => {
      add(row, left, right);
    });
}

/** Where an edge meets the middle line of a row, and which way it goes there. */
interface Crossing {
  x: number;
  turn: 1 | -1;
}

/** The parts of a line that are inside, from left to right. */
function eachInside(crossings: Crossing[], tell: (left: number, right: number) => void): void {
  crossings.sort((one, other) => one.x - other.x);
  let winding = 0;
  let left = 0;
  for (const { x, turn } of crossings) {
    if (winding === 0) left = x;
    winding += turn;
    if (winding === 0) tell(left, x);
  }
}

function edgesOf(polygon: Polygon): [Point, Point][] {
  return polygon.map((point, index) => [point, polygon[(index + 1) % polygon.length] ?? point]);
}

/** Where an edge that is not level is at a height. */
function crossingAt(a: Point, b: Point, y: number): number {
  return a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x);
}
