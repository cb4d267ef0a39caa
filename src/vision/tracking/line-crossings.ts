import type { Point } from '../../contracts/configs.ts';
import type { FrameZone } from '../../contracts/messages.ts';
import { clearance, distanceTo, segmentsOf } from './border.ts';

/** In: from the left of the line to its right, for somebody who goes from its first corner to its last. */
export interface Crossing {
  line: string;
  direction: 'in' | 'out';
}

/** Who is so far beyond a line, in reaches (see box-course.ts), did not just tremble over it. */
const beyondDoubt = 2 * clearance;

interface Place {
  /** Where it was last clear of the line and on the side where it is taken to be. */
  side: Point;
  /** The last look was the first to show it on the other one. */
  doubted?: boolean;
}

/** Which lines one object crosses. */
export class LineCrossings {
  /** By the lines of its camera. */
  #places = new Map<string, Place>();

  /** @param reach of the object, and @param aspect of the picture: see box-course.ts. */
  see(foot: Point, reach: number, aspect: number, lines: readonly FrameZone[]): Crossing[] {
    const before = this.#places;
    const crossings: Crossing[] = [];
    this.#places = new Map();
    for (const [index, { name, points }] of lines.entries()) {
      const key = `${index} ${name}`;
      const side = before.get(key)?.side;
      const distance = distanceTo(points, foot, aspect) / reach;
      if (distance < clearance) {
        if (side !== undefined) this.#places.set(key, { side });
        continue;
      }
      const direction = side === undefined ? undefined : directionOf(points, side, foot);
      const isSure = distance >= beyondDoubt || before.get(key)?.doubted === true;
      if (side !== undefined && direction !== undefined && !isSure) {
        this.#places.set(key, { side, doubted: true });
        continue;
      }
      this.#places.set(key, { side: foot });
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
