import type { Size } from '../../geometry/letterbox.ts';
import { cellFor, coverage, runsOf, type Hidden } from './coverage.ts';

/** From fine to coarse: the first grid whose cells make few enough boxes. On the last one no mask makes more. */
const grids: readonly Size[] = [
  { width: 1024, height: 216 },
  { width: 512, height: 144 },
  { width: 256, height: 72 },
  { width: 128, height: 36 },
  { width: 28, height: 16 },
];
/** Some 60 characters each: Windows takes command lines of 32,767. */
const mostBoxes = 240;

/** Part of a grid: its left, upper, right and lower edge in cells. */
interface CellBox {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/**
 * A chain of ffmpeg's drawbox filters that blacks out what is hidden, on pictures of any size: it needs no second input
 * whose first picture could come late, and it fits itself anew when a stream changes its size. Boxes reach up to a grid
 * cell farther than what they hide, never less far. Put it before anything else that filters the picture.
 */
export function boxFilter(hidden: Hidden): string {
  for (const grid of grids) {
    if (grid !== grids.at(-1) && cellFor(hidden.polygons, grid) > 1) continue;
    const boxes = boxesOf(coverage(hidden, grid, 0), grid);
    if (boxes !== undefined) return boxes.map((box) => drawBox(box, grid)).join(',');
  }
  throw new Error('A grid that no mask is too complicated for is missing.');
}

/**
 * Covered cells as boxes: a run of cells goes on downwards for as long as the next row has the same.
 * @returns undefined as soon as they are too many
 */
function boxesOf(covered: Uint8Array, { width, height }: Size): CellBox[] | undefined {
  const done: CellBox[] = [];
  let open = new Map<string, CellBox>();
  for (let row = 0; row <= height; row += 1) {
    const next = new Map<string, CellBox>();
    for (const { start, end } of runsOf(covered.subarray(row * width, (row + 1) * width))) {
      const key = `${start} ${end}`;
      const box = open.get(key) ?? { left: start, top: row, right: end, bottom: row };
      next.set(key, { ...box, bottom: row + 1 });
      open.delete(key);
    }
    done.push(...open.values());
    if (done.length + next.size > mostBoxes) return undefined;
    open = next;
  }
  return done;
}

/** `iw` and `ih` are the sizes of the picture; drawbox cuts off what lies beyond it. */
function drawBox({ left, top, right, bottom }: CellBox, { width, height }: Size): string {
  const along = (size: string, from: number, to: number, cells: number): [string, string] => [
    `floor(${size}*${from}/${cells})`,
    `ceil(${size}*${to - from}/${cells})+1`,
  ];
  const [x, w] = along('iw', left, right, width);
  const [y, h] = along('ih', top, bottom, height);
  return `drawbox=${x}:${y}:${w}:${h}:black:fill`;
}
