import type { Rule, RuleCondition } from '../../contracts/configs.ts';
import { whenPhrases } from './when-words.ts';

/** Looks up a text of the rules, by its key below `rule` in the locales of fuse-severity. */
export type Say = (key: string, params?: Record<string, string | number>) => string;

/** A rule as one sentence: "When person is seen (2 of 5 looks) and gunshot is heard: alarm." */
export function ruleSentence(rule: Rule, say: Say): string {
  const { within, none = [], severity, weigh, expression } = rule;
  const excluded = none.map((condition) => conditionPhrase(condition, say)).join(` ${say('or')} `);
  const conditions = [
    [
      togetherPhrases(rule, say).join(rule.inOrder === true ? say('then') : ` ${say('and')} `),
      ...weighPhrases(rule, say),
    ]
      .filter((phrase) => phrase !== '')
      .join(` ${say('and')} `),
    within === undefined ? '' : say('withinPhrase', { seconds: within }),
    none.length === 0 ? '' : say('unless', { conditions: excluded }),
    expression === undefined ? '' : say('expression.phrase', { expression }),
  ].join('');
  const steps = (weigh?.steps ?? []).map((step) =>
    say('step', { severity: say(`severity.${step.severity}`), from: step.from }),
  );
  const sentence = [say('sentence', { conditions, severity: say(`severity.${severity}`) }), ...steps].join(', ');
  return [sentence, ...whenPhrases(rule, say)].join('; ');
}

/** Those that must come, then the choice of those of which one must. */
function togetherPhrases({ all, any = [] }: Rule, say: Say): string[] {
  const choice = any.map((condition) => conditionPhrase(condition, say)).join(` ${say('or')} `);
  const inBrackets = any.length > 1 && all.length > 0 ? `(${choice})` : choice;
  return [...all.map((condition) => conditionPhrase(condition, say)), ...(any.length === 0 ? [] : [inBrackets])];
}

function weighPhrases({ weigh }: Rule, say: Say): string[] {
  if (weigh === undefined) return [];
  const { terms, hours, floor, atLeast = 1 } = weigh;
  const parts = [
    ...terms.map((term) => `${conditionPhrase(term, say)}: ${term.weight}`),
    ...(hours === undefined ? [] : [`${say('hoursPhrase', { from: hours.from, to: hours.to })}: ${hours.weight}`]),
  ];
  const signs = atLeast === 1 ? '' : say('signsPhrase', { count: atLeast });
  return [say('weighPhrase', { floor: Number.isNaN(floor) ? '?' : floor, parts: parts.join('; '), signs })];
}

function conditionPhrase(condition: RuleCondition & { byZone?: boolean }, say: Say): string {
  const { kind, label, minimumScore, seenTimes, rate, forSeconds } = condition;
  const { zone, count, dwellSeconds, moving, minimumSpeed, feature, source, byZone } = condition;
  const details = [
    zone === undefined ? '' : say('detail.zone', { zone }),
    count === undefined ? '' : say('detail.count', { count }),
    moving === undefined ? '' : say(`detail.moving.${moving}`),
    minimumSpeed === undefined ? '' : say('detail.speed', { speed: minimumSpeed }),
    minimumScore === undefined ? '' : say('detail.score', { score: minimumScore }),
    seenTimes === undefined ? '' : say('detail.seen', { n: seenTimes.n, of: seenTimes.of }),
    rate === undefined ? '' : say('detail.rate', { times: rate.times, seconds: rate.seconds }),
    feature === undefined ? '' : say('detail.feature', { name: feature.name, value: feature.atLeast }),
    dwellSeconds === undefined ? '' : say('detail.dwell', { seconds: dwellSeconds }),
    forSeconds === undefined ? '' : say('detail.for', { seconds: forSeconds }),
    source === undefined ? '' : say('detail.source', { source }),
    byZone === true ? say('detail.byZone') : '',
  ].filter((detail) => detail !== '');
  const phrase = say(`phrase.${kind}`, { label: label === '' ? '?' : label });
  return details.length === 0 ? phrase : `${phrase} (${details.join(', ')})`;
}
