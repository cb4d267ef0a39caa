import type { Point } from '../contracts/configs.ts';

/**
 * A small arrow on the first stretch of a line, to the right of whoever goes from its first corner to the second: its
 * shaft from tip to tail and its two barbs, in the unit of the corners.
 */
export function arrowAcross([a, b]: readonly Point[], length: number): Point[] {
  if (a === undefined || b === undefined) return [];
  const [x, y] = [(a.x + b.x) / 2, (a.y + b.y) / 2];
  const way = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const [alongX, alongY] = [((b.x - a.x) / way) * length, ((b.y - a.y) / way) * length];
  const at = (across: number, along: number): Point => {
    return { x: x - alongY * across + alongX * along, y: y + alongX * across + alongY * along };
  };
  return [at(0, 0), at(1, 0), at(0.6, 0.35), at(1, 0), at(0.6, -0.35)];
}
