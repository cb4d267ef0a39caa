import type { Point } from '../../contracts/configs.ts';

/** Feet tremble: only so far from a border they are clear of it. In reaches, see box-course.ts. */
export const clearance = 0.08;

/** How far a place is from a bent line, in heights of the picture. @param aspect see box-course.ts */
export function distanceTo(line: readonly Point[], point: Point, aspect: number): number {
  const distances = segmentsOf(line).map(([a, b]) => {
    const [wide, high] = [(b.x - a.x) * aspect, b.y - a.y];
    const [x, y] = [(point.x - a.x) * aspect, point.y - a.y];
    const length = wide ** 2 + high ** 2;
    const along = length === 0 ? 0 : Math.min(1, Math.max(0, (x * wide + y * high) / length));
    return Math.hypot(x - along * wide, y - along * high);
  });
  return Math.min(...distances);
}

export function segmentsOf(line: readonly Point[]): [Point, Point][] {
  return line.slice(1).map((point, index) => [line[index] ?? point, point]);
}
