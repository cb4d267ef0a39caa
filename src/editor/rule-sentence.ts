import type { Rule, RuleCondition } from '../contracts/configs.ts';

import { whenPhrases } from './rule-when-words.ts';

/** Looks up a text of the rule editor. */
export type Say = (key: string, params?: Record<string, string | number>) => string;

/** A rule as one sentence: "When person is seen (2 of 5 looks) and gunshot is heard: alarm." */
export function ruleSentence(rule: Rule, say: Say): string {
  const conditions = rule.all.map((condition) => conditionPhrase(condition, say)).join(` ${say('and')} `);
  const sentence = say('sentence', { conditions, severity: say(`severity.${rule.severity}`) });
  return [sentence, ...whenPhrases(rule, say)].join('; ');
}

function conditionPhrase(condition: RuleCondition, say: Say): string {
  const { kind, label, minimumScore, seenTimes, rate, forSeconds } = condition;
  const details = [
    minimumScore === undefined ? '' : say('detail.score', { score: minimumScore }),
    seenTimes === undefined ? '' : say('detail.seen', { n: seenTimes.n, of: seenTimes.of }),
    rate === undefined ? '' : say('detail.rate', { times: rate.times, seconds: rate.seconds }),
    forSeconds === undefined ? '' : say('detail.for', { seconds: forSeconds }),
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
};

/** The field of a condition that a path into a rule leads to: "label". Empty when it leads elsewhere. */
export function fieldName(path: readonly (string | number)[], say: Say): string {
  const [list, , ...field] = path;
  const key = list === 'all' ? fieldTexts[String(field.at(-1))] : undefined;
  return key === undefined ? '' : say(key);
}

/** Where in a list of rules a path leads: "Rule 3 (Car at night), label". */
export function rulePlace([index, ...path]: readonly (string | number)[], rules: readonly Rule[], say: Say): string {
  const name = rules[Number(index)]?.label ?? '';
  const field = fieldName(path, say);
  return `${say('place', { number: Number(index) + 1 })}${name === '' ? '' : ` (${name})`}${field === '' ? '' : `, ${field}`}`;
}
