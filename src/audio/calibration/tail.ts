/** How often the largest of many numbers are exceeded, beyond what was seen: a generalised Pareto distribution above `from`. */
export interface Tail {
  from: number;
  /** Share of all numbers above `from`. */
  share: number;
  /** Larger: it thins out more slowly. */
  scale: number;
  /** 0: exponentially; above 0 more slowly still. */
  shape: number;
}

/** Numbers above the start of a tail: with fewer its scale is anybody's guess. */
export const leastAbove = 12;
/** More would not be the largest any more. */
const mostAbove = 120;
/** Of all numbers; those below say nothing about the largest. */
const tailShare = 0.2;
const mostShape = 0.5;

/** Where the tail of numbers begins; undefined when they are too few. @param rising from the lowest up */
export function tailStart(rising: Float64Array): number | undefined {
  const above = Math.min(mostAbove, Math.ceil(tailShare * rising.length));
  return above < leastAbove ? undefined : rising[rising.length - 1 - above];
}

/**
 * Fits a tail to what exceeds its start, by probability-weighted moments (Hosking and Wallis 1987). A shape below 0 would
 * say that nothing can be larger than some bound, which no short look can know: 0 is taken then.
 * @param all How many numbers there are.
 * @returns undefined when too few exceed the start, or all by the same.
 */
export function fitTail(from: number, above: readonly number[], all: number): Tail | undefined {
  const count = above.length;
  const mean = sum(above) / count - from;
  if (count < leastAbove / 2 || mean < 1e-6) return undefined;
  // Each weighted with the chance of what is larger.
  const falling = above.toSorted((a, b) => b - a);
  const weighted = sum(falling.map((number, index) => ((number - from) * (index + 0.35)) / count)) / count;
  const shape = Math.min(mostShape, Math.max(0, 2 - mean / (mean - 2 * weighted)));
  return { from, share: count / all, scale: mean * (1 - shape), shape };
}

/** Share of all numbers that reach `level`, which lies in the tail. */
export function shareAbove({ from, share, scale, shape }: Tail, level: number): number {
  const distance = Math.max(0, level - from) / scale;
  return share * (shape < 1e-6 ? Math.exp(-distance) : (1 + shape * distance) ** (-1 / shape));
}

/** What a share of all numbers reaches: the start of the tail at least. */
export function levelReachedBy({ from, share, scale, shape }: Tail, wanted: number): number {
  const ratio = Math.max(1, share / wanted);
  return from + scale * (shape < 1e-6 ? Math.log(ratio) : (ratio ** shape - 1) / shape);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
