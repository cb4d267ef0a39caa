import type { Rule } from '../contracts/configs.ts';
import { closestAround, sequenceAround, spreadOf, type Finder, type Point } from './closeness.ts';
import type { BookedRule } from './rule-book.ts';
import type { Showing } from './showing.ts';

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
}

/**
 * How a rule is met through something that just came about (the anchor meets one of its conditions, at the time `at`).
 * All must lie within the time of the rule by capture time, and nothing that the rule excludes may lie around them.
 */
export function matchAround(booked: BookedRule, anchor: Showing, at: number, find: Finder): Match | undefined {
  const { rule, order } = booked;
  const around = rule.inOrder === true ? sequenceAround : closestAround;
  const set = around(booked, { showing: anchor, at }, find);
  if (set === undefined || excludedBy(booked, set, find).length > 0) return undefined;
  const showings = set.map(({ showing }) => showing);
  const confidence = Math.min(...showings.map(({ signal }) => signal.score));
  return { rule, order, severity: rule.severity, confidence, showings, spreadMs: spreadOf(set) };
}

/** What the rule excludes and is there all the same, as far as is known by now. */
function excludedBy({ rule, windowMs }: BookedRule, set: readonly Point[], find: Finder): Showing[] {
  const { none = [] } = rule;
  if (none.length === 0) return [];
  const times = set.map(({ at }) => at);
  const [from, to] = [Math.min(...times) - windowMs, Math.max(...times) + windowMs];
  return none.flatMap((condition) => find(condition, from, to).slice(0, 1));
}

/** Higher severity first, then more conditions, then the user's order: negative when `a` comes first. */
export function compareMatches(a: Match, b: Match): number {
  return b.severity - a.severity || b.showings.length - a.showings.length || a.order - b.order;
}

/** The rule's own words, or else the labels that met it joined by +, such as person+glass_break. */
export function reasonOf({ rule, showings }: Pick<Match, 'rule' | 'showings'>): string {
  return rule.reason ?? showings.map(({ condition }) => condition.label).join('+');
}
