import type { Point } from '../../contracts/configs.ts';
import type { FrameZone } from '../../contracts/messages.ts';

/** In: from the left of the line to its right, for somebody who goes from its first corner to its last. */
export interface Crossing {
  line: string;
  direction: 'in' | 'out';
}

/** Feet are over a line when they are this far beyond it, in reaches (see box-course.ts): they tremble on it. */
const clearance = 0.08;

/** Which lines one object crosses. */
export class LineCrossings {
  /** Where it was last clear of each line of its camera. */
  #clear = new Map<string, Point>();

  /** @param reach of the object, and @param aspect of the picture: see box-course.ts. */
  see(foot: Point, reach: number, aspect: number, lines: readonly FrameZone[]): Crossing[] {
    const before = this.#clear;
    const crossings: Crossing[] = [];
    this.#clear = new Map();
    for (const [index, { name, points }] of lines.entries()) {
      const key = `${index} ${name}`;
      const from = before.get(key);
      const isClear = distanceTo(points, foot, aspect) >= clearance * reach;
      const kept = isClear ? foot : from;
      if (kept !== undefined) this.#clear.set(key, kept);
      const direction = isClear && from !== undefined ? directionOf(points, from, foot) : undefined;
      if (direction !== undefined) crossings.push({ line: name, direction });
    }
    return crossings;
  }
}

/** Over a bent line there and back again is no crossing. */
function directionOf(line: readonly Point[], from: Point, to: Point): Crossing['direction'] | undefined {
  const crossed = segmentsOf(line).filter(([a, b]) => {
    return sideOf(a, b, from) !== sideOf(a, b, to) && sideOf(from, to, a) !== sideOf(from, to, b);
  });
  const last = crossed.at(-1);
  if (last === undefined || crossed.length % 2 === 0) return undefined;
  return sideOf(...last, to) ? 'in' : 'out';
}

/** Whether a place is to the right of the way from a to b; the picture's y goes down. */
function sideOf(a: Point, b: Point, { x, y }: Point): boolean {
  return (b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x) > 0;
}

/** In heights of the picture. */
function distanceTo(line: readonly Point[], point: Point, aspect: number): number {
  const distances = segmentsOf(line).map(([a, b]) => {
    const [wide, high] = [(b.x - a.x) * aspect, b.y - a.y];
    const [x, y] = [(point.x - a.x) * aspect, point.y - a.y];
    const length = wide ** 2 + high ** 2;
    const along = length === 0 ? 0 : Math.min(1, Math.max(0, (x * wide + y * high) / length));
    return Math.hypot(x - along * wide, y - along * high);
  });
  return Math.min(...distances);
}

function segmentsOf(line: readonly Point[]): [Point, Point][] {
  return line.slice(1).map((point, index) => [line[index] ?? point, point]);
}
