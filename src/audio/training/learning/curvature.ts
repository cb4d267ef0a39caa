import { dot } from './softmax-regression.ts';

/** A symmetric matrix that is taken apart once (Cholesky), so that equations with it are solved fast. */
export class Curvature {
  /** The lower triangle, row by row, all rows as long. */
  readonly #lower: Float64Array;
  readonly #size: number;

  private constructor(lower: Float64Array, size: number) {
    this.#lower = lower;
    this.#size = size;
  }

  /**
   * Sum of `share * row * row'` over all rows, and `ridge` on the diagonal but for the last place. Yields now and then.
   * @throws RangeError when it is not positive
   */
  static *of(rows: Float32Array, shares: Float64Array, ridge: number): Generator<undefined, Curvature> {
    const size = rows.length / shares.length;
    const lower = new Float64Array(size * size);
    for (let row = 0; row < shares.length; row += rowsAtOnce) {
      addRows(lower, rows, shares, row, size);
      if (row % 64 === 0) yield;
    }
    for (let at = 0; at < size - 1; at += 1) lower[at * size + at] = (lower[at * size + at] ?? 0) + ridge;
    // Of the bias, where every row is told with certainty.
    lower[size * size - 1] = (lower[size * size - 1] ?? 0) + 1e-3 * ridge;
    for (let row = 0; row < size; row += 1) {
      takeApart(lower, row, size);
      if (row % 64 === 0) yield;
    }
    return new Curvature(lower, size);
  }

  /** Solves in place, for as many right sides as lie one after the other. */
  solve(sides: Float64Array): void {
    for (let base = 0; base < sides.length; base += this.#size) this.#solve(sides.subarray(base, base + this.#size));
  }

  /**
   * The same without what some rows have added to it (Woodbury), for solving alone.
   * @param bends The share that each has added
   */
  without(rows: readonly Float32Array[], bends: Float64Array): Pick<Curvature, 'solve'> {
    const size = this.#size;
    const ways = rows.map((row) => {
      const way = Float64Array.from(row);
      this.#solve(way);
      return way;
    });
    const small = rows.map((row, one) =>
      Float64Array.from(
        ways,
        (way, other) => (one === other ? 1 : 0) - (bends[other] ?? 0) * dot(row, 0, way, 0, size),
      ),
    );
    return {
      solve: (sides) => {
        this.solve(sides);
        for (let base = 0; base < sides.length; base += size) {
          const told = solved(
            small,
            Float64Array.from(rows, (row) => dot(row, 0, sides, base, size)),
          );
          ways.forEach((way, place) => {
            const share = (bends[place] ?? 0) * (told[place] ?? 0);
            for (let at = 0; at < size; at += 1) sides[base + at] = (sides[base + at] ?? 0) + share * (way[at] ?? 0);
          });
        }
      },
    };
  }

  #solve(side: Float64Array): void {
    const lower = this.#lower;
    const size = this.#size;
    for (let row = 0; row < size; row += 1) {
      const base = row * size;
      const sum = (side[row] ?? 0) - dot(lower, base, side, 0, row);
      side[row] = sum / (lower[base + row] ?? 1);
    }
    for (let row = size - 1; row >= 0; row -= 1) {
      const base = row * size;
      const value = (side[row] ?? 0) / (lower[base + row] ?? 1);
      side[row] = value;
      for (let at = 0; at < row; at += 1) side[at] = (side[at] ?? 0) - value * (lower[base + at] ?? 0);
    }
  }
}

/** The matrix is larger than the cache: so many rows are added each time it is gone through. */
const rowsAtOnce = 4;

function addRows(lower: Float64Array, rows: Float32Array, shares: Float64Array, first: number, size: number): void {
  const places = [0, 1, 2, 3].map((more) => Math.min(first + more, shares.length - 1) * size);
  const [a = 0, b = 0, c = 0, d = 0] = places;
  // Beyond the last row a share of none.
  const [s = 0, t = 0, u = 0, v = 0] = shares.subarray(first, first + rowsAtOnce);
  for (let row = 0; row < size; row += 1) {
    const [p, q] = [s * (rows[a + row] ?? 0), t * (rows[b + row] ?? 0)];
    const [r, w] = [u * (rows[c + row] ?? 0), v * (rows[d + row] ?? 0)];
    const base = row * size;
    for (let at = 0; at <= row; at += 1) {
      const more =
        p * (rows[a + at] ?? 0) + q * (rows[b + at] ?? 0) + r * (rows[c + at] ?? 0) + w * (rows[d + at] ?? 0);
      lower[base + at] = (lower[base + at] ?? 0) + more;
    }
  }
}

function takeApart(lower: Float64Array, row: number, size: number): void {
  const base = row * size;
  for (let column = 0; column < row; column += 1) {
    const other = column * size;
    const sum = (lower[base + column] ?? 0) - dot(lower, base, lower, other, column);
    lower[base + column] = sum / (lower[other + column] ?? 1);
  }
  const rest = (lower[base + row] ?? 0) - dot(lower, base, lower, base, row);
  if (!(rest > 0)) throw new RangeError('The matrix is not positive.');
  lower[base + row] = Math.sqrt(rest);
}

/** Solves a few equations (Gauss). Their matrix is as good as a positive one: no place is ever none. */
function solved(matrix: readonly Float64Array[], side: Float64Array): Float64Array {
  const rows = matrix.map((row) => Float64Array.from(row));
  rows.forEach((row, place) => {
    const pivot = row[place] ?? 1;
    for (let below = place + 1; below < rows.length; below += 1) {
      const other = rows[below];
      const share = (other?.[place] ?? 0) / pivot;
      for (let at = place; other !== undefined && at < row.length; at += 1)
        other[at] = (other[at] ?? 0) - share * (row[at] ?? 0);
      side[below] = (side[below] ?? 0) - share * (side[place] ?? 0);
    }
  });
  for (let place = rows.length - 1; place >= 0; place -= 1) {
    const row = rows[place] ?? new Float64Array();
    let sum = side[place] ?? 0;
    for (let at = place + 1; at < row.length; at += 1) sum -= (row[at] ?? 0) * (side[at] ?? 0);
    side[place] = sum / (row[place] ?? 1);
  }
  return side;
}
