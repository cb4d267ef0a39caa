import type { Rule, RuleCondition, WeighTerm } from '../contracts/configs.ts';

/** What a condition is to its rule: it must be there, one of these must, it must not, or it adds to a weight. */
export const roles = ['all', 'any', 'none', 'weigh'] as const;
export type Role = (typeof roles)[number];

/** A condition of a rule as the dialog lists it. */
export interface Part {
  role: Role;
  /** The one in the rule itself; the fields of a term that weighs are there where it is one. */
  condition: RuleCondition & Partial<WeighTerm>;
}

/** Conditions of one role that a rule may have. */
export const partLimit = 8;
/** What a sum of evidence has to reach, unless somebody says otherwise. */
const usualFloor = 0.5;

/** All conditions of a rule, in the order in which the dialog shows them. */
export function partsOf(rule: Rule): Part[] {
  return roles.flatMap((role) => (listOf(rule, role) ?? []).map((condition) => ({ role, condition })));
}

/** Adds a condition to a rule. */
export function addPart(rule: Rule, role: Role, condition: RuleCondition): void {
  if (role === 'all') rule.all.push(condition);
  else if (role === 'weigh') {
    rule.weigh ??= { terms: [], floor: usualFloor };
    rule.weigh.terms.push({ weight: 1, ...condition });
  } else (rule[role] ??= []).push(condition);
}

/** Takes a condition out of a rule; a list that is empty then is left out of the flow file. */
export function removePart(rule: Rule, { role, condition }: Part): void {
  const list = listOf(rule, role);
  list?.splice(list.indexOf(condition), 1);
  if (role !== 'all' && list?.length === 0) Reflect.deleteProperty(rule, role);
}

/** Gives a condition another role. */
export function changeRole(rule: Rule, part: Part, role: Role): void {
  removePart(rule, part);
  const condition = { ...part.condition };
  if (part.role === 'weigh') change(condition, { weight: undefined, byZone: undefined });
  addPart(rule, role, condition);
}

/** Changes fields of a condition or rule in place; those that are undefined are left out of the flow file. */
export function change<Changed extends object>(changed: Changed, fields: { [Key in keyof Changed]?: unknown }): void {
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) Reflect.deleteProperty(changed, key);
    else Reflect.set(changed, key, value);
  }
}

function listOf(rule: Rule, role: Role): (RuleCondition & Partial<WeighTerm>)[] | undefined {
  return role === 'weigh' ? rule.weigh?.terms : rule[role];
}
