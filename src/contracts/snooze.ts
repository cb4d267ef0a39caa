import { Type, type Static } from 'typebox';
import { named, unknownCommand } from './commands.ts';
import { SentinelError } from './errors.ts';
import { assertMatches } from './guards.ts';
import type { Review } from './messages.ts';

/** A day: what should be silent for longer is switched off. */
export const longestSnoozeMinutes = 24 * 60;

/** Asks that alerts below severity 3 be held back for a while. */
export const SnoozeRequest = Type.Object({
  minutes: Type.Number({ minimum: 0, maximum: longestSnoozeMinutes, description: '0 ends it.' }),
  area: Type.Optional(
    Type.String({ maxLength: 64, description: 'Only alerts of this area; empty: of the whole site.' }),
  ),
  by: Type.Optional(Type.String({ maxLength: 64, description: 'Who asks.' })),
});
export type SnoozeRequest = Static<typeof SnoozeRequest>;

/**
 * Reads `{ command: 'snooze', value: 30 }`, `{ command: 'snooze', value: { minutes: 30, area: 'yard' } }`, or such a `command`
 * message.
 * @throws SentinelError ES_BAD_INPUT
 */
export function readSnoozeCommand(payload: unknown): SnoozeRequest {
  const { command, value } = named(payload);
  if (command !== 'snooze') throw unknownCommand(command, ['snooze']);
  return checked(typeof value === 'number' ? { minutes: value } : value);
}

/** What a review asks for whose action is `snooze`: for its area. @throws SentinelError ES_BAD_INPUT */
export function readSnoozeReview({ minutes, area, by = 'flow' }: Review): SnoozeRequest {
  return checked({ minutes, area, by });
}

function checked(request: unknown): SnoozeRequest {
  if ((request as { minutes?: unknown } | undefined)?.minutes === undefined) {
    throw new SentinelError('ES_BAD_INPUT', 'A snooze does not say for how many minutes.', {
      hint: 'Such as { "command": "snooze", "value": { "minutes": 30 } }; 0 ends it.',
    });
  }
  assertMatches(SnoozeRequest, request, 'snooze');
  return request as SnoozeRequest;
}
