import type { AlarmRate } from '../../contracts/calibration.ts';
import type { Random } from '../../contracts/ports.ts';
import { countRange } from './confidence.ts';
import { fitTail, levelReachedBy, shareAbove, tailStart, type Tail } from './tail.ts';

/** What is heard within so many seconds is one alarm. */
export const blockSeconds = 10;
const blocksPerDay = 86_400 / blockSeconds;

/** With fewer alarms counting is too coarse. */
const leastCounted = 5;
/** How many times rarer than once in all that was listened to an alarm may be for anything to be said of it: a convention. */
const mostBeyond = 100;
/** Minutes resemble each other: what is drawn again and again are minutes, not blocks. */
const blocksTogether = 6;
const draws = 100;

/**
 * Says how often a threshold is reached while nothing happens, from the best score of each block of 10 s of one class. What is
 * rarer than counting can know is extrapolated from the loudest blocks, with a range from drawing the minutes again.
 */
export class FalseAlarms {
  /** Logits: scores crowd at 0 and 1. */
  readonly #blocks: readonly number[];
  readonly #days: number;
  readonly #tail: Tail | undefined;
  readonly #drawn: readonly Tail[];

  /** @param scores 0..1, of each block in its order. */
  constructor(scores: readonly number[], random: Random) {
    this.#blocks = scores.map(logit);
    this.#days = scores.length / blocksPerDay;
    const from = tailStart(this.#blocks);
    const above = (blocks: readonly number[]): number[] => blocks.filter((block) => from !== undefined && block > from);
    this.#tail = from === undefined ? undefined : fitTail(from, above(this.#blocks), this.#blocks.length);
    const minutes: number[][] = [];
    for (let at = 0; at < this.#blocks.length; at += blocksTogether) {
      minutes.push(above(this.#blocks.slice(at, at + blocksTogether)));
    }
    this.#drawn = Array.from({ length: this.#tail === undefined ? 0 : draws }, () => {
      const again = minutes.flatMap(() => minutes[Math.floor(random() * minutes.length)] ?? []);
      return (from === undefined ? undefined : fitTail(from, again, this.#blocks.length)) ?? [];
    }).flat();
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
    const count = this.#countFrom(level);
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
    if (perDay <= this.finestPerDay) return { method: 'limited', perDay: null, low: 0, high };
    return { method: 'extrapolated', perDay, low, high };
  }

  /** Never less than can be told; null when only bounds are known. @param threshold 0..1 */
  perDayAt(threshold: number): number | null {
    const expected = this.#expectedAt(threshold);
    return expected === null ? null : Math.max(expected, this.finestPerDay);
  }

  #expectedAt(threshold: number): number | null {
    const level = logit(threshold);
    const count = this.#countFrom(level);
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
    const first = this.#blocks.toSorted((a, b) => b - a)[allowed];
    // As many as are allowed lie above it, or fewer where scores are equal.
    return first === undefined ? 0 : justAbove(probability(first));
  }

  #countFrom(level: number): number {
    return this.#blocks.reduce((count, block) => count + Number(block >= level), 0);
  }
}

function finest(days: number): number {
  return 1 / (mostBeyond * days);
}

/** Minutes of listening from which on so rare alarms can be told; at least those that a tail needs. */
export function minutesFor(perDay: number): number {
  return Math.max(10, (finest(1) / perDay) * 1440);
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
