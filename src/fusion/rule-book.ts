import { askedBy, signalKinds, type Rule, type RuleCondition, type SignalKind } from '../contracts/configs.ts';
import { lastingCues } from '../contracts/lasting-cues.ts';
import { RuleExpression } from './expression/rule-expression.ts';
import type { Look } from './look.ts';

/** A rule that is on, read once for all the looks to come. */
export interface BookedRule {
  rule: Rule;
  /** Place of the rule in the user's list. */
  order: number;
  /** What meets it must lie this close together, in milliseconds. */
  windowMs: number;
  /** Each of these is met by one of its conditions: those of `all` alone, those of `any` together. */
  slots: readonly (readonly RuleCondition[])[];
  /** All conditions of the slots. */
  asked: readonly RuleCondition[];
  expression?: RuleExpression;
}

/** The rules that are on, found by what they ask for: a signal that none asks for costs nothing more. */
export class RuleBook {
  readonly rules: readonly BookedRule[];
  /** All that can meet a rule. */
  readonly conditions: readonly RuleCondition[];
  /** Those that ask how long something has gone on that looks show, which the time line has to follow. */
  readonly followed: readonly RuleCondition[];
  /** Latest looks of a source whose meaning one that comes late can change. */
  readonly reach: number;
  readonly #wanted = perKind(() => new Set<string>());
  readonly #metBy = perKind(() => new Map<string, BookedRule[]>());

  constructor(rules: readonly Rule[], correlationSeconds: number) {
    this.rules = rules.map((rule, order) => booked(rule, order, correlationSeconds)).filter(({ rule }) => rule.enabled);
    this.conditions = this.rules.flatMap(({ asked }) => asked);
    const all = this.rules.flatMap(({ rule, asked }) => [...asked, ...(rule.none ?? [])]);
    this.followed = all.filter(isFollowed);
    const reaches = all.map(({ seenTimes, rate }) => rate?.times ?? seenTimes?.of ?? 1);
    this.reach = this.followed.length > 0 ? Infinity : Math.max(1, ...reaches);
    for (const { kind, label } of all) this.#wanted[kind].add(label);
    for (const rule of this.rules) {
      for (const condition of rule.asked) this.#index(rule, condition);
      for (const label of rule.expression?.texts ?? []) this.#indexText(rule, label);
    }
  }

  /** Whether any rule asks for it, be it that it must be absent. */
  asksFor(kind: SignalKind, label: string): boolean {
    return this.#wanted[kind].has(label);
  }

  /** The rules that something in the look may meet, in the user's order. */
  metBy({ kind, sightings }: Look): readonly BookedRule[] {
    const lists: BookedRule[][] = [];
    for (const label of sightings.keys()) {
      const rules = this.#metBy[kind].get(label);
      if (rules !== undefined) lists.push(rules);
    }
    const [only = []] = lists;
    return lists.length <= 1 ? only : [...new Set(lists.flat())].sort((a, b) => a.order - b.order);
  }

  /** What an expression compares with may be the label of anything. */
  #indexText(rule: BookedRule, label: string): void {
    for (const kind of signalKinds) {
      this.#wanted[kind].add(label);
      this.#index(rule, { kind, label });
    }
  }

  #index(rule: BookedRule, { kind, label }: Pick<RuleCondition, 'kind' | 'label'>): void {
    const known = this.#metBy[kind].get(label);
    if (known === undefined) this.#metBy[kind].set(label, [rule]);
    else if (!known.includes(rule)) known.push(rule);
  }
}

/** Whether the expression of a rule names something that a look shows: it may be true now, and was not before. */
export function isNamedBy({ expression }: BookedRule, { sightings }: Look): boolean {
  if (expression === undefined) return false;
  for (const label of sightings.keys()) if (expression.texts.has(label)) return true;
  return false;
}

function booked(rule: Rule, order: number, correlationSeconds: number): BookedRule {
  const { all, any = [], within = correlationSeconds } = rule;
  const slots = [...all.map((condition) => [condition]), ...(any.length === 0 ? [] : [any])];
  const { expression } = rule;
  return {
    ...{ rule, order, windowMs: within * 1000, slots, asked: askedBy(rule) },
    ...(expression === undefined ? {} : { expression: new RuleExpression(expression) }),
  };
}

/** Streams and lasting cues are states, which know themselves since when they are so. */
function isFollowed({ kind, label, forSeconds = 0 }: RuleCondition): boolean {
  return forSeconds > 0 && kind !== 'stream' && !(kind === 'cue' && lastingCues.includes(label));
}

function perKind<Value>(make: () => Value): Record<SignalKind, Value> {
  return Object.fromEntries(signalKinds.map((kind) => [kind, make()])) as Record<SignalKind, Value>;
}
