import type { Rule, RuleCondition } from '../contracts/configs.ts';
import type { Showing } from './showing.ts';

/** A rule that holds, with the showing that meets each of its conditions, in their order. */
export interface Match {
  rule: Rule;
  /** Place of the rule in the user's list. */
  order: number;
  showings: Showing[];
  /** Time between the first and the last of them. */
  spreadMs: number;
}

/** Gives the showings of a condition that overlap `from`..`to`. */
export type Finder = (condition: RuleCondition, from: number, to: number) => Showing[];

/**
 * How a rule is met through something that just came about (the anchor meets one of its conditions, at the time `at`).
 * All conditions must lie within the correlation time of each other by capture time; the closest such set is taken.
 */
export function matchAround(
  { rule, order }: Pick<Match, 'rule' | 'order'>,
  anchor: Showing,
  at: number,
  correlationMs: number,
  find: Finder,
): Match | undefined {
  const choices: Point[][] = [];
  for (const condition of rule.all) {
    const points =
      condition === anchor.condition ? [{ showing: anchor, at }] : near(condition, at, correlationMs, find);
    if (points.length === 0) return undefined;
    choices.push(points);
  }
  const closest = choices
    .flat()
    .filter((point) => point.at <= at)
    .map(({ at: start }) => setWithin(choices, start, start + correlationMs, at))
    .filter((set) => set !== undefined)
    .sort((a, b) => spreadOf(a) - spreadOf(b))[0];
  if (closest === undefined) return undefined;
  return { rule, order, showings: closest.map(({ showing }) => showing), spreadMs: spreadOf(closest) };
}

/** Higher severity first, then more conditions, then the user's order: negative when `a` comes first. */
export function compareMatches(a: Match, b: Match): number {
  return b.rule.severity - a.rule.severity || b.rule.all.length - a.rule.all.length || a.order - b.order;
}

/** Labels of a rule joined by +, such as person+glass_break. */
export function reasonOf(rule: Rule): string {
  return rule.all.map(({ label }) => label).join('+');
}

/** A showing at the moment that counts for it: its own, or for a state the one nearest to the anchor. */
interface Point {
  showing: Showing;
  at: number;
}

/**
 * Of all showings of a condition only the nearest before and the nearest after the anchor matter: any set that
 * fits with another one fits with one of these.
 */
function near(condition: RuleCondition, anchorAt: number, correlationMs: number, find: Finder): Point[] {
  const nearestFirst = find(condition, anchorAt - correlationMs, anchorAt + correlationMs)
    .map((showing) => ({ showing, at: Math.min(showing.to, Math.max(showing.from, anchorAt)) }))
    .sort(
      (a, b) =>
        Math.abs(a.at - anchorAt) - Math.abs(b.at - anchorAt) || b.showing.signal.score - a.showing.signal.score,
    );
  const before = nearestFirst.find(({ at }) => at <= anchorAt);
  const after = nearestFirst.find(({ at }) => at > anchorAt);
  return [before, after].filter((point) => point !== undefined);
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

function spreadOf(set: readonly Point[]): number {
  const times = set.map(({ at }) => at);
  return Math.max(...times) - Math.min(...times);
}
