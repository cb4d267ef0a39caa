import type { Rule, Weighing } from '../contracts/configs.ts';
import { closestAround, sequenceAround, sequenceNear, spreadOf, type Finder, type Point } from './closeness.ts';
import type { BookedRule } from './rule-book.ts';
import type { Showing } from './showing.ts';
import { severityOf, suffices, weigh, type Surroundings, type Weighed } from './weighing.ts';

/** A rule that holds, with the showings that meet it, in the order of its conditions. */
export interface Match {
  rule: Rule;
  /** Place of the rule in the user's list. */
  order: number;
  severity: number;
  confidence: number;
  showings: readonly Showing[];
  /** Time between the first and the last of them. */
  spreadMs: number;
  /** Of a rule that weighs. */
  weighed?: Weighed;
  /** Why the expression of the rule could not be asked: it holds without it. */
  fault?: string;
}

/**
 * How a rule is met through something that just came about (the anchor meets one of its conditions, at the time `at`).
 * All must lie within the time of the rule by capture time, and nothing that the rule excludes may lie around them.
 */
export function matchAround(booked: BookedRule, anchor: Showing, at: number, around: Surroundings): Match | undefined {
  const { rule, order } = booked;
  const set = setAround(booked, { showing: anchor, at }, around.find);
  if (set === undefined || isExcluded(booked, set, around.find)) return undefined;
  if (rule.weigh !== undefined) return weighedMatch(booked, rule.weigh, set, around);
  const showings = set.map(({ showing }) => showing);
  const confidence = Math.min(...showings.map(({ signal }) => signal.score));
  return { rule, order, severity: rule.severity, confidence, showings, spreadMs: spreadOf(set) };
}

/** Higher severity first, then more conditions, then the user's order: negative when `a` comes first. */
export function compareMatches(a: Match, b: Match): number {
  return b.severity - a.severity || b.showings.length - a.showings.length || a.order - b.order;
}

/** The rule's own words, or else the labels that met it joined by +, such as person+glass_break. */
export function reasonOf({ rule, showings }: Pick<Match, 'rule' | 'showings'>): string {
  return rule.reason ?? showings.map(({ condition }) => condition.label).join('+');
}

/** What fills the slots of a rule around the anchor, which may itself be but a term to weigh: it comes last then. */
function setAround(booked: BookedRule, anchor: Point, find: Finder): Point[] | undefined {
  const { rule, slots, windowMs } = booked;
  const { condition } = anchor.showing;
  const isSlot = slots.some((slot) => slot.includes(condition));
  if (rule.inOrder === true) return isSlot ? sequenceAround(booked, anchor, find) : sequenceNear(booked, anchor, find);
  return isSlot
    ? closestAround(booked, anchor, find)
    : closestAround({ slots: [...slots, [condition]], windowMs }, anchor, find);
}

/** Whether anything that the rule excludes is there, as far as is known by now. */
function isExcluded({ rule, windowMs }: BookedRule, set: readonly Point[], find: Finder): boolean {
  const { none = [] } = rule;
  if (none.length === 0) return false;
  const { first, last } = spanOf(set);
  return none.some((condition) => find(condition, first - windowMs, last + windowMs).length > 0);
}

function weighedMatch(
  { rule, order, slots, windowMs }: BookedRule,
  weighing: Weighing,
  set: readonly Point[],
  around: Surroundings,
): Match | undefined {
  const weighed = weigh(weighing, spanOf(set), windowMs, around);
  if (!suffices(weighing, weighed)) return undefined;
  const terms = weighed.weights.flatMap(({ showing, value }) =>
    showing === undefined || value === 0 ? [] : [showing],
  );
  const distinct = new Map<string, Showing>();
  // What is asked for in all or any is often weighed too: it is named once.
  for (const showing of [...set.slice(0, slots.length).map((point) => point.showing), ...terms]) {
    const key = `${showing.condition.kind} ${showing.condition.label}`;
    if (!distinct.has(key)) distinct.set(key, showing);
  }
  const showings = [...distinct.values()];
  const times = showings.map(({ signal }) => signal.capturedAt);
  const spreadMs = Math.max(...times) - Math.min(...times);
  const severity = severityOf(weighing, rule.severity, weighed.sum);
  return { rule, order, severity, confidence: weighed.sum, showings, spreadMs, weighed };
}

function spanOf(set: readonly Point[]): { first: number; last: number } {
  const times = set.map(({ at }) => at);
  return { first: Math.min(...times), last: Math.max(...times) };
}
