import { lastingCues } from '../../lasting-cues.ts';
import type { Rule } from './rule.ts';

/** Not imported, so that the dialogs need no schema; the compiler holds both together. */
const current: NonNullable<Rule['v']> = 2;

/**
 * A list of rules in the form of this version, whatever version wrote it. What is no list of rules comes back as it is:
 * the check of the settings names what is wrong with it.
 */
export function upgradeRules(rules: unknown): unknown {
  return Array.isArray(rules) ? rules.map(upgradeRule) : rules;
}

function upgradeRule(rule: unknown): unknown {
  if (!isRecord(rule) || rule.v !== undefined) return rule;
  const { all } = rule;
  return { v: current, ...rule, ...(Array.isArray(all) ? { all: all.map(upgradeCondition) } : {}) };
}

/** The first form heeded a duration of states alone: anywhere else it stood without effect, and now it would have one. */
function upgradeCondition(condition: unknown): unknown {
  if (!isRecord(condition)) return condition;
  const lasts =
    condition.kind === 'stream' || (condition.kind === 'cue' && lastingCues.includes(String(condition.label)));
  if (lasts) return condition;
  const moment = { ...condition };
  delete moment.forSeconds;
  return moment;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
