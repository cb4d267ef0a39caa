import { Type, type Static } from 'typebox';
import { ratio } from '../fields.ts';
import { RuleCondition } from './condition.ts';

const weight = Type.Number({ minimum: 0.01, maximum: 100, description: 'Compared with those of the other terms.' });
const timeOfDay = (description: string) => Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$', description });

/** A condition that counts with its best score within the time of the rule. */
export const WeighTerm = Type.Object({
  ...RuleCondition.properties,
  weight,
  byZone: Type.Optional(
    Type.Boolean({ description: 'The score of an object counts times the weight of the zone in which it stands.' }),
  ),
});
export type WeighTerm = Static<typeof WeighTerm>;

/**
 * A weighted sum of evidence, from 0 to 1: divided by the weights of what can be judged at all. Where nobody listens,
 * that nothing is heard speaks neither for nor against.
 */
export const Weighing = Type.Object({
  terms: Type.Array(WeighTerm, { minItems: 1, maxItems: 8 }),
  hours: Type.Optional(
    Type.Object(
      {
        weight,
        from: timeOfDay('As in 22:00, by the clock of the site.'),
        to: timeOfDay('As in 06:00; may be on the next day.'),
      },
      { description: 'A term of the time of day: 1 between these hours, else 0.' },
    ),
  ),
  floor: ratio(0.5, 'Below this sum the rule does not hold.'),
  atLeast: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 8,
      description: 'So many of the terms must have something to say; default 1.',
    }),
  ),
  steps: Type.Optional(
    Type.Array(
      Type.Object({
        from: ratio(0.8, 'From this sum on.'),
        severity: Type.Integer({ minimum: 1, maximum: 3 }),
      }),
      { maxItems: 3, description: 'Other severities for higher sums.' },
    ),
  ),
});
export type Weighing = Static<typeof Weighing>;
