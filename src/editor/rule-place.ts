import type { Rule } from '../contracts/configs.ts';
import type { Say } from '../fusion/rule-words/rule-sentence.ts';

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
