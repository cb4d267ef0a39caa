import { Type, type Static } from 'typebox';
import { RuleCondition } from './condition.ts';
import { expressionLimit } from './expression-form.ts';
import { Weighing } from './weighing.ts';
import { ruleTimes } from './when.ts';

/** The form of rules that this version writes. Older ones are upgraded when they are read (`upgrade.ts`). */
export const ruleVersion = 2;

const conditions = (description: string) => Type.Array(RuleCondition, { maxItems: 8, description });
const some = { type: 'array', minItems: 1 };

/** What has to come true in one area within a time. The highest severity of all fitting rules wins. */
export const Rule = Type.Object(
  {
    v: Type.Optional(Type.Literal(ruleVersion, { description: 'Form of the rule; absent in those of before 0.2.' })),
    id: Type.String({ minLength: 1, maxLength: 64 }),
    enabled: Type.Boolean({ default: true }),
    severity: Type.Integer({ minimum: 1, maximum: 3 }),
    label: Type.Optional(Type.String({ maxLength: 200, description: 'Name of the incident for people.' })),
    reason: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: 'Default: the labels of what met it, joined by +.' }),
    ),
    all: conditions('Every one of these.'),
    any: Type.Optional(conditions('And at least one of these.')),
    none: Type.Optional(
      conditions(
        'And none of these, from the time of the rule before the first of the others to as long after the last.',
      ),
    ),
    within: Type.Optional(
      Type.Number({
        minimum: 0.1,
        maximum: 120,
        description: 'Seconds between the first and the last; default: the setting of the node.',
      }),
    ),
    inOrder: Type.Optional(
      Type.Boolean({
        description:
          'Those of `all` one after the other as they stand, then that of `any`. What is weighed has no order.',
      }),
    ),
    weigh: Type.Optional(Weighing),
    expression: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: expressionLimit,
        description: 'JSONata that must be true besides, over what lies around: `time.hour >= 22 and mode = "night"`.',
      }),
    ),
    ...ruleTimes,
  },
  // It asks for something.
  {
    if: { properties: { any: some }, required: ['any'] },
    else: {
      if: { properties: { weigh: { type: 'object' } }, required: ['weigh'] },
      else: { properties: { all: some } },
    },
  },
);
export type Rule = Static<typeof Rule>;

/** What can meet a rule: everything it asks for save what must be absent. */
export function askedBy({ all, any = [], weigh }: Pick<Rule, 'all' | 'any' | 'weigh'>): RuleCondition[] {
  return [...all, ...any, ...(weigh?.terms ?? [])];
}
