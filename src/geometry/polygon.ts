import type { Point } from '../contracts/configs.ts';

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

function edgesOf(polygon: Polygon): [Point, Point][] {
  return polygon.map((point, index) => [point, polygon[(index + 1) % polygon.length] ?? point]);
}

/** Where an edge that is not level is at a height. */
function crossingAt(a: Point, b: Point, y: number): number {
  return a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x);
}
