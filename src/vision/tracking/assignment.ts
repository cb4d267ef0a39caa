/** One row may go to one column, at a cost of 0..1. */
export interface Pair {
  row: number;
  column: number;
  cost: number;
}

/** What it costs to leave somebody alone: a good pair and one left over are better than two poor ones. */
const alone = 1;
/** Larger groups are pathological (boxes upon boxes) and are not worth the time: there the closest pair goes first. */
const mostInGroup = 64;

/**
 * The cheapest one-to-one assignment (Hungarian method). Taking the closest pair first instead would be simpler, but
 * swaps two people who pass each other. It is cubic, so each group of rows and columns that have to do with each other is
 * solved by itself: two hundred people in a yard are many small groups.
 */
export function assign(pairs: readonly Pair[]): Pair[] {
  return groupsOf(pairs).flatMap((group) => {
    if (group.length === 1) return group;
    const rows = [...new Set(group.map(({ row }) => row))];
    const columns = [...new Set(group.map(({ column }) => column))];
    return Math.max(rows.length, columns.length) > mostInGroup ? closestFirst(group) : solve(group, rows, columns);
  });
}

function closestFirst(pairs: readonly Pair[]): Pair[] {
  const [rows, columns] = [new Set<number>(), new Set<number>()];
  return pairs
    .toSorted((a, b) => a.cost - b.cost)
    .filter(({ row, column }) => {
      if (rows.has(row) || columns.has(column)) return false;
      rows.add(row);
      columns.add(column);
      return true;
    });
}

function groupsOf(pairs: readonly Pair[]): Pair[][] {
  const parent = new Map<number, number>();
  const rootOf = (node: number): number => {
    let root = node;
    for (let next = parent.get(root); next !== undefined; next = parent.get(root)) root = next;
    if (root !== node) parent.set(node, root);
    return root;
  };
  // Columns are the negative numbers.
  for (const { row, column } of pairs) {
    const [a, b] = [rootOf(row), rootOf(-1 - column)];
    if (a !== b) parent.set(a, b);
  }
  return [...Map.groupBy(pairs, ({ row }) => rootOf(row)).values()];
}

function solve(pairs: readonly Pair[], rows: readonly number[], columns: readonly number[]): Pair[] {
  const size = Math.max(rows.length, columns.length);
  const rowAt = new Map(rows.map((row, index) => [row, index]));
  const columnAt = new Map(columns.map((column, index) => [column, index]));
  const at = ({ row, column }: Pair): number => (rowAt.get(row) ?? 0) * size + (columnAt.get(column) ?? 0);
  const costs = new Float64Array(size * size).fill(alone);
  for (const pair of pairs) costs[at(pair)] = Math.min(alone, pair.cost);
  const columnOf = cheapest(costs, size);
  return pairs.filter((pair) => columnOf[rowAt.get(pair.row) ?? 0] === columnAt.get(pair.column));
}

/**
 * Shortest augmenting paths with potentials, row after row.
 * @param costs size x size, row by row.
 * @returns the column of each row.
 */
function cheapest(costs: Float64Array, size: number): Int32Array {
  const rowPotential = new Float64Array(size);
  const columnPotential = new Float64Array(size + 1);
  /** The row that has each column; the column after the last one holds the row that looks for its place. */
  const rowOf = new Int32Array(size + 1).fill(-1);
  const before = new Int32Array(size + 1);
  for (let row = 0; row < size; row += 1) {
    const shortest = new Float64Array(size).fill(Infinity);
    const done = new Uint8Array(size + 1);
    let column = size;
    rowOf[size] = row;
    for (let current = row; current !== -1; current = rowOf[column] ?? -1) {
      done[column] = 1;
      let step = Infinity;
      let next = size;
      for (let other = 0; other < size; other += 1) {
        if (done[other] === 1) continue;
        const slack =
          (costs[current * size + other] ?? alone) - (rowPotential[current] ?? 0) - (columnPotential[other] ?? 0);
        if (slack < (shortest[other] ?? 0)) {
          shortest[other] = slack;
          before[other] = column;
        }
        if ((shortest[other] ?? Infinity) < step) {
          step = shortest[other] ?? Infinity;
          next = other;
        }
      }
      for (let other = 0; other <= size; other += 1) {
        if (done[other] === 1) {
          const owner = rowOf[other] ?? 0;
          rowPotential[owner] = (rowPotential[owner] ?? 0) + step;
          columnPotential[other] = (columnPotential[other] ?? 0) - step;
        } else if (other < size) shortest[other] = (shortest[other] ?? 0) - step;
      }
      column = next;
    }
    for (; column !== size; column = before[column] ?? size) rowOf[column] = rowOf[before[column] ?? size] ?? -1;
  }
  const columnOf = new Int32Array(size);
  for (let column = 0; column < size; column += 1) columnOf[rowOf[column] ?? 0] = column;
  return columnOf;
}
