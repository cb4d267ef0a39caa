import type { Rule, RuleCondition } from '../contracts/configs.ts';
import { capitalised, seconds, words } from './explanation.ts';
import type { Match } from './matching.ts';
import type { TimeLine } from './time-line.ts';

/** Something missing that was there longer ago than this needs no mention. */
const worthMentionMs = 60_000;

/**
 * Why a match is not graver: what the rules above it still lacked, and why what was nearly there did not count.
 */
export function heldBackSentences(
  match: Match,
  rules: readonly Rule[],
  correlationMs: number,
  past: TimeLine,
): string[] {
  const { severity } = match.rule;
  const lacking = rules
    .filter((rule) => rule.severity > severity && rule.all.some((condition) => meets(match, condition)))
    .map((rule) => ({ severity: rule.severity, missing: rule.all.filter((condition) => !meets(match, condition)) }))
    .filter(({ missing }) => missing.length > 0)
    .sort((a, b) => b.severity - a.severity);
  if (lacking.length === 0) return [];
  const steps = [...new Set(lacking.map((rule) => rule.severity))].map((higher) => {
    const needs = lacking.filter((rule) => rule.severity === higher).map(({ missing }) => namesOf(missing, ' with '));
    return `severity ${higher} with ${[...new Set(needs)].join(' or ')}`;
  });
  const alone = capitalised(namesOf(match.rule.all, ' and '));
  const conditions = new Map(lacking.flatMap(({ missing }) => missing).map((one) => [`${one.kind} ${one.label}`, one]));
  return [
    `${alone} alone is severity ${severity}; within ${correlationMs / 1000} s it would be ${steps.join(', ')}.`,
    ...[...conditions.values()].flatMap((condition) => nearlyThere(condition, match, correlationMs, past)),
  ];
}

function meets({ showings }: Match, { kind, label }: RuleCondition): boolean {
  return showings.some(({ condition }) => condition.kind === kind && condition.label === label);
}

function namesOf(conditions: readonly RuleCondition[], joint: string): string {
  return conditions.map(({ label }) => words(label)).join(joint);
}

function nearlyThere(condition: RuleCondition, match: Match, correlationMs: number, past: TimeLine): string[] {
  const look = past.latest(condition.kind, condition.label);
  const times = match.showings.map(({ signal }) => signal.capturedAt);
  if (look === undefined) return [];
  const apart = Math.max(Math.max(...times) - look.capturedAt, look.capturedAt - Math.min(...times));
  const name = capitalised(words(condition.label));
  if (apart > worthMentionMs) return [];
  if (apart > correlationMs) return [`${name} at ${look.source} was ${seconds(apart)} away: too far apart to count.`];
  const score = look.sightings.get(condition.label)?.score ?? 0;
  if (score < (condition.minimumScore ?? 0))
    return [`${name} at ${look.source} had a score of only ${score.toFixed(2)}.`];
  const { n, of } = condition.seenTimes ?? { n: 1, of: 1 };
  const once = { ...condition, seenTimes: { n: 1, of: Math.max(n, of) } };
  const seen = past.find(once, look.capturedAt, look.capturedAt).find((showing) => showing.look === look)?.seen;
  if (seen === undefined || seen.n >= n) return [];
  return [`${name} was in only ${seen.n} of the last ${seen.of} looks of ${look.source}: ${n} of ${of} are needed.`];
}
