import { Type, type Static } from 'typebox';
import { weekdays } from '../../modes.ts';

const clock = (description: string) =>
  Type.Optional(
    Type.String({ pattern: '^(?:(?:[01]\\d|2[0-3]):[0-5]\\d|sun(?:rise|set)(?:[+-]\\d{1,3})?)$', description }),
  );

/** Days and hours in the time zone of the site. */
export const RuleHours = Type.Object(
  {
    days: Type.Optional(
      Type.Array(Type.Enum(weekdays), {
        minItems: 1,
        maxItems: 7,
        description: 'Default: every day. Hours that end after midnight belong to the day on which they begin.',
      }),
    ),
    from: clock('Such as 22:00, sunset, or sunset-30 (minutes); default: midnight.'),
    to: clock('Such as 06:00 or sunrise+15, the next day where it is not after `from`; default: midnight.'),
  },
  { additionalProperties: false },
);
export type RuleHours = Static<typeof RuleHours>;

/** When a rule counts. */
export const ruleTimes = {
  modes: Type.Optional(
    Type.Array(Type.String({ pattern: '^[a-z][a-z0-9_-]{0,31}$' }), {
      minItems: 1,
      maxItems: 16,
      description:
        'Counts in these modes only; `armed`: in all but disarmed, `always`: disarmed, too. Default: whenever armed; while ' +
        'disarmed only if it asks for something that always matters (a camera that is away or tampered with, a gunshot, ' +
        'smoke, gas, water, panic).',
    }),
  ),
  when: Type.Optional(RuleHours),
  entryDelaySeconds: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 300,
      description: 'What it finds is told so much later, and not at all when somebody disarms meanwhile.',
    }),
  ),
} as const;
