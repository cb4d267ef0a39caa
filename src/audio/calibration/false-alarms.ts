import { calibrationLimits, type AlarmRate } from '../../contracts/calibration.ts';
import type { Random } from '../../contracts/ports.ts';
import { countRange } from './confidence.ts';
import { fitTail, levelReachedBy, shareAbove, tailStart, type Tail } from './tail.ts';

/** What is heard within so many seconds is one alarm. */
export const blockSeconds = 10;
const blocksPerDay = 86_400 / blockSeconds;

/** With fewer alarms counting is too coarse. */
const leastCounted = 5;
/** Minutes resemble each other: what is drawn again and again are minutes, not blocks. */
const blocksTogether = 6;
const draws = 100;
/** A draw of two days takes a fraction of a millisecond. */
const drawsPerTurn = 10;

/** What takes its turns with everything else that the thread has to do. */
export interface Turns {
  random: Random;
  /** Lets others have their turn. */
  turn: () => Promise<unknown>;
}

/**
 * Says how often a threshold is reached while nothing happens, from the best score of each block of 10 s of one class. What is
 * rarer than counting can know is extrapolated from the loudest blocks, with a range from drawing the minutes again.
 */
export class FalseAlarms {
  /** Logits, from the lowest up: scores crowd at 0 and 1. */
  readonly #blocks: Float64Array;
  readonly #days: number;
  readonly #tail: Tail | undefined;
  readonly #drawn: readonly Tail[];

  private constructor(blocks: Float64Array, tail: Tail | undefined, drawn: readonly Tail[]) {
    this.#blocks = blocks;
    this.#days = blocks.length / blocksPerDay;
    this.#tail = tail;
    this.#drawn = drawn;
  }

  /** @param scores 0..1, of each block in its order; two days are 17,280 */
  static async of(scores: readonly number[], { random, turn }: Turns): Promise<FalseAlarms> {
    const blocks = Float64Array.from(scores, logit);
    const rising = blocks.toSorted();
    const from = tailStart(rising);
    if (from === undefined) return new FalseAlarms(rising, undefined, []);
    await turn();
    const minutes = Array.from({ length: Math.ceil(blocks.length / blocksTogether) }, (): number[] => []);
    blocks.forEach((block, index) => {
      if (block > from) minutes[Math.floor(index / blocksTogether)]?.push(block);
    });
    const tail = fitTail(from, minutes.flat(), blocks.length);
    const drawn: Tail[] = [];
    for (let draw = 0; tail !== undefined && draw < draws; draw++) {
      if (draw % drawsPerTurn === 0) await turn();
      const again = minutes.flatMap(() => minutes[Math.floor(random() * minutes.length)] ?? []);
      const fitted = fitTail(from, again, blocks.length);
      if (fitted !== undefined) drawn.push(fitted);
    }
    return new FalseAlarms(rising, tail, drawn);
  }

  /** How long was listened. */
  get days(): number {
    return this.#days;
  }

  /** Fewer alarms a day cannot be told from what was heard. */
  get finestPerDay(): number {
    return finest(this.#days);
  }

  /** With its range. @param threshold 0..1 */
  at(threshold: number): AlarmRate {
    const level = logit(threshold);
    const count = this.countFrom(threshold);
    const perDay = this.perDayAt(threshold);
    if (perDay === null || count >= leastCounted) {
      const { low, high } = countRange(count);
      const method = perDay === null ? 'bounded' : 'counted';
      if (this.#days === 0) return { method, perDay, low: 0, high: Infinity };
      return { method, perDay, low: low / this.#days, high: high / this.#days };
    }
    const rates = this.#drawn.map((one) => shareAbove(one, level) * blocksPerDay).sort((a, b) => a - b);
    const end = (share: number): number =>
      Math.max(this.finestPerDay, rates[Math.round(share * (rates.length - 1))] ?? perDay);
    const [low, high] = [Math.min(perDay, end(0.05)), Math.max(perDay, end(0.95))];
    if (perDay <= this.finestPerDay) return { method: 'bounded', perDay: null, low: 0, high };
    return { method: 'extrapolated', perDay, low, high };
  }

  /** Never less than can be told; null when only bounds are known. @param threshold 0..1 */
  perDayAt(threshold: number): number | null {
    const expected = this.#expectedAt(threshold);
    return expected === null ? null : Math.max(expected, this.finestPerDay);
  }

  #expectedAt(threshold: number): number | null {
    const level = logit(threshold);
    const count = this.countFrom(threshold);
    if (count >= leastCounted) return count / this.#days;
    const tail = this.#tail;
    return tail === undefined || level < tail.from ? null : shareAbove(tail, level) * blocksPerDay;
  }

  /**
   * The lowest threshold that is expected to give no more than `perDay` false alarms a day.
   * @returns undefined when too little was heard to say.
   */
  thresholdFor(perDay: number): number | undefined {
    const allowed = Math.floor(perDay * this.#days);
    const extrapolated = this.#tail && probability(levelReachedBy(this.#tail, perDay / blocksPerDay));
    const isKept = extrapolated === undefined || (this.#expectedAt(extrapolated) ?? 0) <= perDay * (1 + 1e-9);
    if (allowed < leastCounted && isKept) return extrapolated;
    const first = this.#blocks[this.#blocks.length - 1 - allowed];
    // As many as are allowed lie above it, or fewer where scores are equal.
    return first === undefined ? 0 : justAbove(probability(first));
  }

  /** Blocks that reach a threshold. @param threshold 0..1 */
  countFrom(threshold: number): number {
    const level = logit(threshold);
    let [from, to] = [0, this.#blocks.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#blocks[middle] ?? level) < level) from = middle + 1;
      else to = middle;
    }
    return this.#blocks.length - from;
  }
}

function finest(days: number): number {
  return 1 / (calibrationLimits.mostBeyond * days);
}

/** Keeps logits finite. */
const leastProbability = 1e-6;

export function logit(score: number): number {
  const safe = Math.min(1 - leastProbability, Math.max(leastProbability, score));
  return Math.log(safe / (1 - safe));
}

export function probability(logitOfIt: number): number {
  return 1 / (1 + Math.exp(-logitOfIt));
}

/** A score that the given one does not reach. */
export function justAbove(score: number): number {
  return Math.min(1, score + 1e-4);
}
