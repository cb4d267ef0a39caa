import type { RuleCondition } from '../contracts/configs.ts';
import type { BookedRule } from './rule-book.ts';
import type { Showing } from './showing.ts';

/** A showing at the moment that counts for it: its own, or for a state the one nearest to the anchor. */
export interface Point {
  showing: Showing;
  at: number;
}

/** Gives the showings of a condition that overlap `from`..`to`. */
export type Finder = (condition: RuleCondition, from: number, to: number) => readonly Showing[];

type Slots = Pick<BookedRule, 'slots' | 'windowMs'>;

/** One point of each slot, the anchor among them, as close together as can be; undefined when they do not fit in the time. */
export function closestAround({ slots, windowMs }: Slots, anchor: Point, find: Finder): Point[] | undefined {
  if (slots.length === 1) return [anchor];
  const choices: Point[][] = [];
  for (const slot of slots) {
    const points = slot.includes(anchor.showing.condition)
      ? [anchor]
      : slot.flatMap((condition) => near(condition, anchor.at, windowMs, find));
    if (points.length === 0) return undefined;
    choices.push(points);
  }
  return choices
    .flat()
    .filter((point) => point.at <= anchor.at)
    .map(({ at: start }) => setWithin(choices, start, start + windowMs, anchor.at))
    .filter((set) => set !== undefined)
    .sort((a, b) => spreadOf(a) - spreadOf(b))[0];
}

/** One point of each slot, each begun later than the one before; from the anchor on both ways the nearest that there is. */
export function sequenceAround({ slots, windowMs }: Slots, anchor: Point, find: Finder): Point[] | undefined {
  const place = slots.findIndex((slot) => slot.includes(anchor.showing.condition));
  const nextTo = (slot: readonly RuleCondition[], { showing }: Point, step: 1 | -1): Point | undefined =>
    slot
      .flatMap((condition) => pointsOf(condition, anchor.at, windowMs, find))
      .filter((point) => (point.showing.from - showing.from) * step > 0)
      .sort((a, b) => (a.showing.from - b.showing.from) * step)[0];
  const set = [anchor];
  for (const slot of slots.slice(0, place).reverse()) {
    const [first = anchor] = set;
    const before = nextTo(slot, first, -1);
    if (before === undefined) return undefined;
    set.unshift(before);
  }
  for (const slot of slots.slice(place + 1)) {
    const after = nextTo(slot, set.at(-1) ?? anchor, 1);
    if (after === undefined) return undefined;
    set.push(after);
  }
  return spreadOf(set) <= windowMs ? set : undefined;
}

/** As `sequenceAround`, of slots none of which the anchor fills: the closest such set with the anchor behind it. */
export function sequenceNear(rule: Slots, anchor: Point, find: Finder): Point[] | undefined {
  const [first = []] = rule.slots;
  const begun = first.flatMap((condition) => pointsOf(condition, anchor.at, rule.windowMs, find));
  return begun
    .map((point) => sequenceAround(rule, point, find))
    .filter((set) => set !== undefined)
    .map((set) => [...set, anchor])
    .filter((set) => spreadOf(set) <= rule.windowMs)
    .sort((a, b) => spreadOf(a) - spreadOf(b))[0];
}

/** Time between the first and the last. */
export function spreadOf(set: readonly Point[]): number {
  const times = set.map(({ at }) => at);
  return Math.max(...times) - Math.min(...times);
}

/**
 * Of all showings of a condition only the nearest before and the nearest after the anchor matter: any set that
 * fits with another one fits with one of these.
 */
function near(condition: RuleCondition, anchorAt: number, windowMs: number, find: Finder): Point[] {
  const points = pointsOf(condition, anchorAt, windowMs, find);
  if (points.length === 0) return points;
  const nearestFirst = points.sort(
    (a, b) => Math.abs(a.at - anchorAt) - Math.abs(b.at - anchorAt) || b.showing.signal.score - a.showing.signal.score,
  );
  const before = nearestFirst.find(({ at }) => at <= anchorAt);
  const after = nearestFirst.find(({ at }) => at > anchorAt);
  return [before, after].filter((point) => point !== undefined);
}

function pointsOf(condition: RuleCondition, anchorAt: number, windowMs: number, find: Finder): Point[] {
  return find(condition, anchorAt - windowMs, anchorAt + windowMs).map((showing) => ({
    showing,
    at: Math.min(showing.to, Math.max(showing.from, anchorAt)),
  }));
}

function setWithin(choices: readonly Point[][], from: number, to: number, anchorAt: number): Point[] | undefined {
  const set: Point[] = [];
  for (const points of choices) {
    const [closest] = points
      .filter(({ at }) => at >= from && at <= to)
      .sort((a, b) => Math.abs(a.at - anchorAt) - Math.abs(b.at - anchorAt));
    if (closest === undefined) return undefined;
    set.push(closest);
  }
  return set;
}
