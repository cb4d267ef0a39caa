import type { Rule, RuleCondition } from '../contracts/configs.ts';

import { whenPhrases } from './rule-when-words.ts';

/** Looks up a text of the rule editor. */
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

/** Names of the fields of a condition, as the dialog has them. */
const fieldTexts: Readonly<Record<string, string>> = {
  label: 'label',
  minimumScore: 'limit.score',
  n: 'limit.looks',
  of: 'limit.looks',
  times: 'limit.times',
  seconds: 'limit.seconds',
  forSeconds: 'limit.seconds',
  zone: 'more.zone',
  source: 'more.source',
  count: 'more.count',
  dwellSeconds: 'more.dwell',
  minimumSpeed: 'more.speed',
  name: 'more.feature',
  atLeast: 'more.atLeast',
  weight: 'limit.weight',
};

/** Names of the fields of a rule itself, and of its weighing. */
const ruleTexts: Readonly<Record<string, string>> = {
  all: 'addCondition',
  any: 'addCondition',
  none: 'addCondition',
  within: 'rule.within',
  reason: 'rule.reason',
  inOrder: 'rule.inOrder',
  expression: 'expression.label',
  floor: 'weigh.floor',
  hours: 'weigh.hours',
  from: 'weigh.hours',
  to: 'weigh.hours',
  steps: 'weigh.floor',
  atLeast: 'weigh.atLeast',
};

/** The field of a condition that a path into a rule leads to: "label". Empty when it leads elsewhere. */
export function fieldName(path: readonly (string | number)[], say: Say): string {
  const [list, ...rest] = path;
  const last = String(path.at(-1));
  const inCondition = list === 'weigh' ? rest[0] === 'terms' && rest.length > 2 : rest.length > 1;
  const key = (inCondition ? fieldTexts : ruleTexts)[last];
  return key === undefined ? '' : say(key);
}

/** Where in a list of rules a path leads: "Rule 3 (Car at night), label". */
export function rulePlace([index, ...path]: readonly (string | number)[], rules: readonly Rule[], say: Say): string {
  const name = rules[Number(index)]?.label ?? '';
  const field = fieldName(path, say);
  return `${say('place', { number: Number(index) + 1 })}${name === '' ? '' : ` (${name})`}${field === '' ? '' : `, ${field}`}`;
}
