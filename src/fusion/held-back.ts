import type { RuleCondition } from '../contracts/configs.ts';
import { capitalised, conditionWords } from './condition-words.ts';
import type { Match } from './matching.ts';
import { nearlyThere } from './nearly-there.ts';
import type { BookedRule } from './rule-book.ts';
import type { TimeLine } from './time-line.ts';
import { suffices, weigh, type Surroundings } from './weighing.ts';
import { tooLightWords } from './weighing-words.ts';

/** A graver rule that something of a match meets, and what it still lacks: of each slot the conditions that could fill it. */
interface Shortfall {
  booked: BookedRule;
  missing: readonly (readonly RuleCondition[])[];
}

/**
 * Why a match is not graver: what the rules above it still lacked, what excluded them, and why what was nearly there did
 * not count.
 */
export function heldBackSentences(
  match: Match,
  rules: readonly BookedRule[],
  past: TimeLine,
  around: Surroundings,
): string[] {
  const graver = rules
    .filter(({ rule, asked }) => rule.severity > match.severity && asked.some((one) => isAbout(match, one)))
    .map((booked) => {
      const { first, last } = spanOf(match);
      const isThere = (one: RuleCondition): boolean =>
        around.find(one, last - booked.windowMs, first + booked.windowMs).length > 0;
      const missing = booked.slots.filter((slot) => !slot.some(isThere));
      return { booked, missing };
    })
    .sort((a, b) => b.booked.rule.severity - a.booked.rule.severity);
  const lacking = graver.filter(({ missing }) => missing.length > 0);
  const complete = graver.filter(({ missing }) => missing.length === 0);
  return [
    ...lackingSentences(match, lacking, past),
    ...complete.flatMap(({ booked }) => excludedSentence(booked, match, around)),
  ];
}

function lackingSentences(match: Match, lacking: readonly Shortfall[], past: TimeLine): string[] {
  const [first] = lacking;
  if (first === undefined) return [];
  const sameTime = lacking.every(({ booked }) => booked.windowMs === first.booked.windowMs);
  const steps = [...new Set(lacking.map(({ booked }) => booked.rule.severity))].map((higher) => {
    const needs = lacking.filter(({ booked }) => booked.rule.severity === higher);
    const said = needs.map(({ booked, missing }) => {
      const names = missing.map((slot) => slot.map(conditionWords).join(' or ')).join(' with ');
      return sameTime ? names : `${names} within ${booked.windowMs / 1000} s`;
    });
    return `severity ${higher} with ${[...new Set(said)].join(' or ')}`;
  });
  const alone = capitalised(match.showings.map(({ condition }) => conditionWords(condition)).join(' and '));
  const within = sameTime ? `within ${first.booked.windowMs / 1000} s ` : '';
  const missing = lacking.flatMap(({ booked, missing }) =>
    missing.flat().map((condition) => ({ condition, windowMs: booked.windowMs })),
  );
  const distinct = new Map(missing.map((one) => [`${one.condition.kind} ${conditionWords(one.condition)}`, one]));
  return [
    `${alone} alone is severity ${match.severity}; ${within}it would be ${steps.join(', ')}.`,
    ...[...distinct.values()].flatMap(({ condition, windowMs }) => nearlyThere(condition, match, windowMs, past)),
  ];
}

/** All that the rule asks for is there, and yet it does not hold. */
function excludedSentence({ rule, windowMs, slots }: BookedRule, match: Match, around: Surroundings): string[] {
  const { first, last } = spanOf(match);
  const [excluding] = (rule.none ?? []).flatMap((condition) =>
    around.find(condition, first - windowMs, last + windowMs),
  );
  const name = `Severity ${rule.severity} (${rule.label ?? rule.id}) was held back`;
  if (excluding !== undefined) {
    const { source, capturedAt } = excluding.signal;
    return [
      `${name}: ${conditionWords(excluding.condition)} from ${source} at ${around.zone.clock(capturedAt)} excludes it.`,
    ];
  }
  if (rule.weigh !== undefined) {
    const weighed = weigh(rule.weigh, { first, last }, windowMs, around);
    if (!suffices(rule.weigh, weighed)) return [`${name}: ${tooLightWords(rule.weigh, weighed)}.`];
  }
  if (rule.inOrder !== true) return [];
  const order = slots.map((slot) => slot.map(conditionWords).join(' or ')).join(', then ');
  return [`${name}: it asks for ${order}, in this order.`];
}

function isAbout({ showings }: Match, { kind, label }: RuleCondition): boolean {
  return showings.some(({ condition }) => condition.kind === kind && condition.label === label);
}

function spanOf({ showings }: Match): { first: number; last: number } {
  const times = showings.map(({ signal }) => signal.capturedAt);
  return { first: Math.min(...times), last: Math.max(...times) };
}
