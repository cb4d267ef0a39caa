import type { RuleCondition } from './condition.ts';
import { withIds } from './rule-ids.ts';
import { ruleVersion, type Rule } from './rule.ts';

/** A sound of this label. */
export function heard(label: string): RuleCondition {
  return { kind: 'sound', label };
}

/** An object of this label, in `n` of the last `of` looks. */
export function seen(label: string, n: number, of: number, more: Partial<RuleCondition> = {}): RuleCondition {
  return { kind: 'object', label, seenTimes: { n, of }, ...more };
}

/** A cue of this name. */
export function told(label: string, more: Partial<RuleCondition> = {}): RuleCondition {
  return { kind: 'cue', label, ...more };
}

/** A camera or microphone that has been away for so long. */
export function offline(forSeconds: number): RuleCondition {
  return { kind: 'stream', label: 'offline', forSeconds };
}

/** A rule that asks for all of something. */
export function rule(severity: number, label: string, ...all: RuleCondition[]): Rule {
  return ruleOf(severity, label, { all });
}

/** A rule that asks for more than that all of something is there. */
export function ruleOf(severity: number, label: string, { all = [], ...asked }: Partial<Rule>): Rule {
  return { v: ruleVersion, id: '', enabled: true, severity, all, ...asked, label };
}

/** Rules with ids, as a list in the settings has them. */
export function listed(...rules: Rule[]): readonly Rule[] {
  return withIds(rules);
}
