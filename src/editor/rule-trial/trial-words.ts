import type { Rule, RuleCondition } from '../../contracts/configs.ts';
import { text } from '../register.ts';

/** Text of the section of the dialog of fuse-severity that tries its rules. */
export function say(key: string, params?: Record<string, string | number>): string {
  return text('fuse-severity', `fuse-severity.trial.${key}`, params);
}

/** What can meet a rule, in the order in which the runtime counts it. */
export function askedBy({ all, any = [], weigh }: Rule): RuleCondition[] {
  return [...all, ...any, ...(weigh?.terms ?? [])];
}

/** What people call a rule: its own words, else its labels. */
export function ruleName(rule: Rule): string {
  if (rule.label !== undefined && rule.label !== '') return rule.label;
  const words = askedBy(rule).map(({ label }) => (label === '' ? '?' : label));
  return words.join(' + ').replaceAll('_', ' ');
}

/** A condition, as in "person seen". */
export function conditionWords(rule: Rule, index: number): string {
  const condition = askedBy(rule)[index];
  if (condition === undefined) return '';
  return say(`why.phrase.${condition.kind}`, { label: condition.label.replaceAll('_', ' ') });
}

/** Such as 12:00:03. */
export function clock(at: number): string {
  return new Date(at).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

/** Such as 12:00 PM. */
export function shortClock(at: number): string {
  return new Date(at).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
}
