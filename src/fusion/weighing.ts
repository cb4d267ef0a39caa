import type { RuleCondition, Weighing, WeighTerm } from '../contracts/configs.ts';
import type { Finder } from './closeness.ts';
import type { ZoneTime } from '../clock/zone-time.ts';
import { isWithin } from './rule-hours.ts';
import type { Showing } from './showing.ts';

/** What is known of the time around a match. */
export interface Surroundings {
  find: Finder;
  /** Whether anybody who could meet a condition has looked, listened or spoken then. */
  isJudged: (condition: RuleCondition, from: number, to: number) => boolean;
  /** The clock on the wall of the site. */
  zone: ZoneTime;
}

/** A term and what it adds: 0 where it could have been shown and was not. */
export interface Weight {
  term: WeighTerm;
  value: number;
  showing?: Showing;
}

/** What came of the terms of a rule. */
export interface Weighed {
  /** 0 to 1. */
  sum: number;
  weights: readonly Weight[];
  /** Terms that nobody could judge: they count neither for nor against. */
  unjudged: readonly WeighTerm[];
  /** Whether it is within the hours of the rule; absent where there are none. */
  inHours?: boolean;
}

/**
 * The highest weighted sum within any stretch of `windowMs` that contains `first` to `last`: what arrives late changes
 * nothing of what is found in the end.
 */
export function weigh(
  weighing: Weighing,
  { first, last }: { first: number; last: number },
  windowMs: number,
  around: Surroundings,
): Weighed {
  const showings = weighing.terms.map((term) => around.find(term, last - windowMs, first + windowMs));
  const starts = showings.flat().flatMap(({ from }) => (from <= first && from >= last - windowMs ? [from] : []));
  const candidates = [...new Set([first, ...starts])].map((start) => {
    return weighWithin(weighing, showings, start, start + windowMs, around);
  });
  return candidates.reduce((best, one) => (one.sum > best.sum ? one : best));
}

/** What adding fractions may be off by. */
const rounding = 1e-9;

/** Whether a sum is enough for the rule. */
export function suffices({ floor, atLeast = 1 }: Weighing, { sum, weights }: Weighed): boolean {
  return sum >= floor - rounding && weights.filter(({ value }) => value > 0).length >= atLeast;
}

/** The highest severity that a sum reaches. */
export function severityOf({ steps = [] }: Weighing, severity: number, sum: number): number {
  return Math.max(severity, ...steps.filter(({ from }) => sum >= from - rounding).map((step) => step.severity));
}

function weighWithin(
  { terms, hours }: Weighing,
  showings: readonly (readonly Showing[])[],
  from: number,
  to: number,
  { isJudged, zone }: Surroundings,
): Weighed {
  const weights: Weight[] = [];
  const unjudged: WeighTerm[] = [];
  for (const [index, term] of terms.entries()) {
    const best = bestOf(showings[index] ?? [], term, from, to);
    if (best !== undefined) weights.push(best);
    else if (isJudged(term, from, to)) weights.push({ term, value: 0 });
    else unjudged.push(term);
  }
  const inHours = hours === undefined ? undefined : isWithin({ from: hours.from, to: hours.to }, zone.at(from));
  const ofHours = hours?.weight ?? 0;
  const whole = weights.reduce((sum, { term }) => sum + term.weight, ofHours);
  const met = weights.reduce((sum, { term, value }) => sum + term.weight * value, inHours === true ? ofHours : 0);
  return {
    sum: whole === 0 ? 0 : Math.min(1, met / whole),
    weights,
    unjudged,
    ...(inHours === undefined ? {} : { inHours }),
  };
}

function bestOf(showings: readonly Showing[], term: WeighTerm, from: number, to: number): Weight | undefined {
  let best: Weight | undefined;
  for (const showing of showings) {
    if (showing.to < from || showing.from > to) continue;
    const value = valueOf(showing, term);
    if (best === undefined || value > best.value) best = { term, value, showing };
  }
  return best;
}

/** An object in no zone, or in one without a weight, counts as it is; nothing counts more than a score can be. */
function valueOf({ signal: { score, objects = [] } }: Showing, { byZone }: WeighTerm): number {
  if (byZone !== true || objects.length === 0) return score;
  return Math.min(1, Math.max(...objects.map((object) => object.score * (object.zoneWeight ?? 1))));
}
