import { lightGain } from './light-gain.ts';

/** Brightness steps (of 255) that are never a change: what compression alone does to a picture. */
const leastChange = 8;
/** So many times its usual difference must a cell differ. */
const noiseFactor = 3.5;
/** Nobody's noise is larger at once: somebody who walks by must not blind the cell. */
const mostNoise = 24;
/** Assumed until it is known. */
const firstNoise = 2;

/** Time constants in seconds. */
const settleIn = 4;
const noiseRises = 4;
const noiseFalls = 120;
/** Of cells that changed: somebody who passes in a second or two must not blind them. */
const unrestRises = 15;
/** Leaves that come and go: what lies behind them moves towards their mean. */
const unrestSettlesIn = 20;
/** What came and stands still for so long, or a place that was left, is background. */
const absorbedAfter = 3;

/**
 * What each cell of a place usually looks like, and how much it usually differs from that. It follows slow changes, forgives
 * cells that never rest, and takes in what stays.
 */
export class Background {
  readonly #usual: Float32Array;
  readonly #noise: Float32Array;
  #previous: Float32Array;
  /** Seconds for which a changed cell has looked the same. */
  readonly #restingFor: Float32Array;

  constructor(cells: Float32Array) {
    this.#usual = cells.slice();
    this.#previous = cells;
    this.#noise = new Float32Array(cells.length).fill(firstNoise);
    this.#restingFor = new Float32Array(cells.length);
  }

  /**
   * How much each cell differs: 1 is what just counts as a change, below it 0. A change of the light that all cells share
   * is followed and is none: `gain` is its factor.
   */
  compare(cells: Float32Array): { changes: Float32Array; gain: number } {
    const usual = this.#usual;
    const gain = lightGain(cells, usual);
    const changes = new Float32Array(cells.length);
    for (let cell = 0; cell < cells.length; cell += 1) {
      const expected = (usual[cell] ?? 0) * gain;
      usual[cell] = expected;
      const change = Math.abs((cells[cell] ?? 0) - expected) / this.#limitOf(cell);
      if (change >= 1) changes[cell] = change;
    }
    return { changes, gain };
  }

  /** Learns from a picture. @param changes What `compare` said of it. @param seconds Since the one before. */
  learn(cells: Float32Array, changes: Float32Array, seconds: number): void {
    const [follow, drift] = [share(seconds, settleIn), share(seconds, unrestSettlesIn)];
    const [noisier, restless, calmer] = [
      share(seconds, noiseRises),
      share(seconds, unrestRises),
      share(seconds, noiseFalls),
    ];
    for (let cell = 0; cell < cells.length; cell += 1) {
      const now = cells[cell] ?? 0;
      const difference = now - (this.#usual[cell] ?? 0);
      const surprise = Math.min(mostNoise, Math.abs(difference)) - (this.#noise[cell] ?? 0);
      const changed = (changes[cell] ?? 0) > 0;
      const resting = Math.abs(now - (this.#previous[cell] ?? 0)) < this.#limitOf(cell) / 2;
      const restingFor = changed && resting ? (this.#restingFor[cell] ?? 0) + seconds : 0;
      const absorbed = restingFor >= absorbedAfter;
      this.#restingFor[cell] = absorbed ? 0 : restingFor;
      this.#usual[cell] = absorbed ? now : now - difference * (1 - (changed ? drift : follow));
      // What came and rests is no unrest.
      if (changed && resting) continue;
      const rate = surprise < 0 ? calmer : changed ? restless : noisier;
      this.#noise[cell] = (this.#noise[cell] ?? 0) + surprise * rate;
    }
    this.#previous = cells;
  }

  /** Everything looks different now, as after a lamp was switched. */
  replace(cells: Float32Array): void {
    this.#usual.set(cells);
    this.#restingFor.fill(0);
    this.#previous = cells;
  }

  #limitOf(cell: number): number {
    return Math.max(leastChange, noiseFactor * (this.#noise[cell] ?? 0));
  }
}

/** How far a running mean with a time constant goes in some time. */
function share(seconds: number, constant: number): number {
  return 1 - Math.exp(-seconds / constant);
}
