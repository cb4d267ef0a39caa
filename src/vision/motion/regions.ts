import type { Box } from '../../contracts/messages.ts';
import type { Component } from './components.ts';

/** Parts that fit together into so much of the picture, such as head and feet of one person, are one region. */
const oneUpTo = 0.12;
/** More are not told: nobody looks at so many. */
const mostRegions = 8;

/**
 * Where to look closely: first where something was lost, then where something moves, the strongest first. Who comes first
 * among what moves changes from picture to picture, so that each gets its turn.
 */
export function regionsOf(components: readonly Component[], lost: readonly Box[], turn: number): Box[] {
  const moving: Box[] = [];
  for (const { box } of components.slice(0, 4 * mostRegions)) {
    const near = moving.findIndex((other) => isSmall(around(other, box)));
    if (near === -1) moving.push(box);
    else moving[near] = around(moving[near] ?? box, box);
  }
  const few = moving.slice(0, mostRegions);
  const first = few.length === 0 ? 0 : turn % few.length;
  return [...lost, ...few.slice(first), ...few.slice(0, first)].slice(0, mostRegions);
}

function isSmall({ width, height }: Box): boolean {
  return width <= oneUpTo && height <= oneUpTo;
}

function around(a: Box, b: Box): Box {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  const right = Math.max(a.x + a.width, b.x + b.width);
  const bottom = Math.max(a.y + a.height, b.y + b.height);
  return { x, y, width: right - x, height: bottom - y };
}
