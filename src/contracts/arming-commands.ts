import { ArmingRequest } from './arming.ts';
import { named, unknownCommand } from './commands.ts';
import { SentinelError } from './errors.ts';
import { assertMatches } from './guards.ts';
import { disarmed, usualMode } from './modes.ts';

/** Names that are commands of their own: `arm` has a value, the mode; without one it is `away`. */
export const armingCommands = ['arm', 'disarm'] as const;

/**
 * Reads `msg.payload` as a command to arm or disarm: `"disarm"`, `"arm"`, `{ command: 'arm', value: 'night' }`,
 * `{ command: 'arm', value: { mode: 'away', exitDelaySeconds: 30 } }`, or such a `command` message.
 * @throws SentinelError ES_BAD_INPUT
 */
export function readArmingCommand(payload: unknown): ArmingRequest {
  const { command, value } = named(payload);
  const known = armingCommands.find((name) => name === command);
  if (known === undefined) throw unknownCommand(command, armingCommands);
  if (known === 'disarm') return { mode: disarmed };
  const request = readArmingRequest(value ?? usualMode);
  if (request.mode !== disarmed) return request;
  throw new SentinelError('ES_BAD_INPUT', 'To arm as "disarmed" is no order.', { hint: 'The command is "disarm".' });
}

/**
 * What somebody asks for, by the name of the mode alone or whole; capital letters of a mode do not matter.
 * @throws SentinelError ES_BAD_INPUT
 */
export function readArmingRequest(value: unknown): ArmingRequest {
  const asked: unknown = typeof value === 'string' ? { mode: value } : value;
  const { mode } = (asked ?? {}) as { mode?: unknown };
  const request = typeof mode === 'string' ? { ...(asked as object), mode: mode.trim().toLowerCase() } : asked;
  assertMatches(ArmingRequest, request, 'request for a mode');
  return request as ArmingRequest;
}
