import type { Size } from './letterbox.ts';
import type { Polygon } from './polygon.ts';

/** Flatter than this, in pixels of height, counts as level: its slope would be beyond numbers. */
const level = 1e-6;

/** An edge of a polygon from its upper end down, in pixels. */
interface Edge {
  x: number;
  top: number;
  bottom: number;
  /** Pixels to the right for each one down. */
  slope: number;
  left: number;
  right: number;
  /** Which way the polygon goes around here. */
  turn: 1 | -1;
  /** Rows that it comes near to: from the first to before the last. */
  firstRow: number;
  lastRow: number;
  /** In the row that is filled: where it meets the middle line, and the columns that it comes near to. */
  middle: number;
  from: number;
  to: number;
}

/**
 * Marks every pixel of a picture that a polygon touches at all, or comes closer to than `margin` pixels. It goes down row
 * by row with the edges there, which are hardly ever in another order than in the row above.
 * @param mark is told pixels of a row, from the first to before the last; rows from the top down, pixels in no order and
 * some more than once.
 */
export function coverPolygon(
  polygon: Polygon,
  size: Size,
  margin: number,
  mark: (row: number, from: number, to: number) => void,
): void {
  const tell = (row: number, from: number, to: number): void => {
    const [first, end] = [Math.max(0, from), Math.min(size.width, to)];
    if (first < end) mark(row, first, end);
  };
  const waiting = edgesOf(polygon, size, margin).sort((one, other) => other.firstRow - one.firstRow);
  let near: Edge[] = [];
  for (let row = waiting.at(-1)?.firstRow ?? size.height; row < size.height; row += 1) {
    for (let next = waiting.at(-1); next !== undefined && next.firstRow <= row; next = waiting.at(-1)) {
      near.push(next);
      waiting.pop();
    }
    near = near.filter(({ lastRow }) => lastRow > row);
    if (near.length === 0 && waiting.length === 0) return;
    fillRow(row, near, margin, tell);
  }
}

/** What lies in the band of a row lies between two edges on its middle line, or an edge comes between, in the band as well. */
function fillRow(
  row: number,
  near: Edge[],
  margin: number,
  tell: (row: number, from: number, to: number) => void,
): void {
  for (const edge of near) place(edge, row, margin);
  sortNearlySorted(near);
  let winding = 0;
  let from = 0;
  let to = 0;
  for (const edge of near) {
    if (edge.top > row + 0.5 || edge.bottom <= row + 0.5) {
      tell(row, edge.from, edge.to);
      continue;
    }
    if (winding === 0 && edge.from > to) {
      if (from < to) tell(row, from, to);
      ({ from, to } = edge);
    }
    from = Math.min(from, edge.from);
    to = Math.max(to, edge.to);
    winding += edge.turn;
  }
  if (from < to) tell(row, from, to);
}

/** Where an edge is in a row: on its middle line, and in its band at all. */
function place(edge: Edge, row: number, margin: number): void {
  const { x, top, bottom, slope, left, right } = edge;
  const enters = row - margin <= top ? x : x + (row - margin - top) * slope;
  const leaves = x + (Math.min(bottom, row + 1 + margin) - top) * slope;
  const isLevel = bottom - top < level;
  edge.middle = isLevel ? left : x + (row + 0.5 - top) * slope;
  edge.from = Math.floor((isLevel ? left : Math.min(enters, leaves)) - margin);
  edge.to = Math.ceil((isLevel ? right : Math.max(enters, leaves)) + margin);
}

/** By insertion: in its time for a list where little is out of place, as a general sort is not. */
function sortNearlySorted(edges: Edge[]): void {
  for (const [index, edge] of edges.entries()) {
    let to = index;
    for (let before = edges[to - 1]; before !== undefined && before.middle > edge.middle; before = edges[to - 1]) {
      edges[to] = before;
      to -= 1;
    }
    edges[to] = edge;
  }
}

function edgesOf(polygon: Polygon, { width, height }: Size, margin: number): Edge[] {
  const corners = polygon.map(({ x, y }) => ({ x: x * width, y: y * height }));
  return corners.map((a, index): Edge => {
    const b = corners[(index + 1) % corners.length] ?? a;
    const [upper, lower] = a.y <= b.y ? [a, b] : [b, a];
    return {
      ...{ x: upper.x, top: upper.y, bottom: lower.y },
      slope: lower.y - upper.y < level ? 0 : (lower.x - upper.x) / (lower.y - upper.y),
      ...{ left: Math.min(a.x, b.x), right: Math.max(a.x, b.x), turn: b.y > a.y ? 1 : -1 },
      firstRow: Math.max(0, Math.floor(upper.y - margin)),
      lastRow: Math.min(height, Math.ceil(lower.y + margin)),
      ...{ middle: 0, from: 0, to: 0 },
    };
  });
}
