import { Type, type Static } from 'typebox';
import { everyArmedMode, everyMode } from '../modes.ts';
import { epochMs, payload } from './fields.ts';

export const ArmingMode = Type.String({
  pattern: `^(?!(?:${everyArmedMode}|${everyMode})$)[a-z][a-z0-9_-]{0,31}$`,
  description: 'disarmed, home, away, night, or a name of your own: a small letter, then letters, digits, _ and -.',
});

/** By which way a mode was set. */
export const armingWays = ['unset', 'flow', 'api', 'message'] as const;
export type ArmingWay = (typeof armingWays)[number];

/** What is known of the mode of a site. */
export const armingFields = {
  mode: ArmingMode,
  counting: Type.String({
    ...ArmingMode,
    description: 'The mode that counts now: `mode`, or the one of before while there is time to leave.',
  }),
  from: Type.Number({ ...epochMs, description: 'From when `mode` counts.' }),
  by: Type.String({ maxLength: 200, description: 'Who set it: a login, `local`, `flow`, a masked telephone number.' }),
  how: Type.Enum(armingWays, { description: 'By which way; unset: nobody ever did, or it cannot be read.' }),
} as const;

/** The mode of a site was changed, or a time to leave is over. `capturedAt` is when somebody set it. */
export const ArmingChange = payload('arming', armingFields);
export type ArmingChange = Static<typeof ArmingChange>;
