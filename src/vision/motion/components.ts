import type { Box } from '../../contracts/messages.ts';
import type { Size } from '../../geometry/letterbox.ts';

/** Fewer changed cells are noise. */
const fewestCells = 2;
/** Changes of a component together, in limits: one cell just above its limit beside another is noise too. */
const leastStrength = 3;

/** Changed cells that belong together. */
export interface Component {
  /** 0..1 of the picture. */
  box: Box;
  /** Changed cells. */
  cells: number;
  /** The sum of their changes. */
  strength: number;
}

/**
 * Joins changed cells that lie beside each other, or with one cell between them, and drops what is too little to be more
 * than noise.
 * @param changes Per cell, 0 for none.
 * @returns the strongest first.
 */
export function componentsOf(changes: Float32Array, grid: Size): Component[] {
  const seen = new Uint8Array(changes.length);
  const found: Component[] = [];
  for (let start = 0; start < changes.length; start += 1) {
    if (seen[start] === 1 || (changes[start] ?? 0) === 0) continue;
    const component = grow(start, changes, grid, seen);
    if (component.cells >= fewestCells && component.strength >= leastStrength) found.push(component);
  }
  return found.sort((a, b) => b.strength - a.strength);
}

function grow(start: number, changes: Float32Array, { width, height }: Size, seen: Uint8Array): Component {
  const open = [start];
  seen[start] = 1;
  let [left, right, top, bottom, cells, strength] = [width, 0, height, 0, 0, 0];
  for (let cell = open.pop(); cell !== undefined; cell = open.pop()) {
    const [x, y] = [cell % width, Math.floor(cell / width)];
    [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
    cells += 1;
    strength += changes[cell] ?? 0;
    for (let near = Math.max(0, y - 2); near <= Math.min(height - 1, y + 2); near += 1) {
      for (let beside = Math.max(0, x - 2); beside <= Math.min(width - 1, x + 2); beside += 1) {
        const other = near * width + beside;
        if (seen[other] === 1 || (changes[other] ?? 0) === 0) continue;
        seen[other] = 1;
        open.push(other);
      }
    }
  }
  const box = {
    x: left / width,
    y: top / height,
    width: (right + 1 - left) / width,
    height: (bottom + 1 - top) / height,
  };
  return { box, cells, strength };
}
