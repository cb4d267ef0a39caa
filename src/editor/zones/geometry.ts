import type { Point } from '../../contracts/configs.ts';

/** Four decimals are a tenth of a pixel of a 1000 pixel picture: flows stay short. */
const steps = 10_000;

/** The nearest place on the picture. */
export function onPicture({ x, y }: Point): Point {
  return { x: inside(x), y: inside(y) };
}

function inside(value: number): number {
  return Math.round(Math.min(1, Math.max(0, value)) * steps) / steps;
}

/** All corners moved alike, and no further than the edge of the picture. */
export function shifted(points: readonly Point[], by: Point): Point[] {
  const along = (key: 'x' | 'y'): number => {
    const places = points.map((point) => point[key]);
    return Math.min(1 - Math.max(...places), Math.max(-Math.min(...places), by[key]));
  };
  const [x, y] = [along('x'), along('y')];
  return points.map((point) => onPicture({ x: point.x + x, y: point.y + y }));
}

/** The middle of the edge that follows a corner. */
export function edgeMiddle(points: readonly Point[], edge: number): Point {
  const from = points[edge] ?? { x: 0, y: 0 };
  const to = points[(edge + 1) % points.length] ?? from;
  return onPicture({ x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 });
}

/** Where the name of a polygon is written: the mean of its corners. */
export function centreOf(points: readonly Point[]): Point {
  const mean = (key: 'x' | 'y'): number => points.reduce((sum, point) => sum + point[key], 0) / points.length;
  return { x: mean('x'), y: mean('y') };
}

/** Distance of two places, in widths of the picture. */
export function distance(one: Point, other: Point, aspect = 1): number {
  return Math.hypot(one.x - other.x, (one.y - other.y) / aspect);
}
