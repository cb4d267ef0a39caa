/** Of rows that are written one by one: who wants to write an alert meanwhile waits for these at most. */
const rowsPerTransaction = 50;

/** Rows in lots, each for a transaction of its own. */
export function lotsOf<Row>(rows: readonly Row[]): Row[][] {
  const count = Math.ceil(rows.length / rowsPerTransaction);
  return Array.from({ length: count }, (_, n) => rows.slice(n * rowsPerTransaction, (n + 1) * rowsPerTransaction));
}
