import { RtspInConfig } from './configs.ts';
import { SentinelError } from './errors.ts';
import { assertKind, assertMatches } from './guards.ts';

/** What a source can be told while it runs. */
export const stateCommands = ['start', 'stop', 'pause', 'resume'] as const;
export type StateCommand = (typeof stateCommands)[number];

/** What a camera can be told besides: another picture, until the next deploy. */
const viewCommands = { rate: RtspInConfig.properties.rate, width: RtspInConfig.properties.width } as const;

export type ViewChange = { rate: number } | { width: number };

/** A command as `msg.payload` brings it: its name, `{ command, value }`, or a whole `command` message. */
function named(payload: unknown): { command: string; value: unknown } {
  if (typeof payload === 'string') return { command: payload, value: undefined };
  const { command, value, kind } = (payload ?? {}) as { command?: unknown; value?: unknown; kind?: unknown };
  if (kind !== undefined) assertKind(payload, 'command');
  if (typeof command === 'string') return { command, value };
  throw new SentinelError('ES_BAD_INPUT', 'This message holds no command.', {
    hint: 'Put the name of one into msg.payload, such as "stop", or { "command": "stop" }.',
  });
}

function unknownCommand(command: string, known: readonly string[]): SentinelError {
  const message = `There is no command "${command.slice(0, 40)}" here; there are ${known.join(', ')}.`;
  return new SentinelError('ES_BAD_INPUT', message);
}

/** What to do with a microphone. @throws SentinelError ES_BAD_INPUT */
export function readStateCommand(payload: unknown): StateCommand {
  const { command } = named(payload);
  const known = stateCommands.find((name) => name === command);
  if (known === undefined) throw unknownCommand(command, stateCommands);
  return known;
}

/** What to do with a camera. @throws SentinelError ES_BAD_INPUT, also for a value that the setting could not have. */
export function readCameraCommand(payload: unknown): StateCommand | ViewChange {
  const { command, value } = named(payload);
  const known = stateCommands.find((name) => name === command);
  if (known !== undefined) return known;
  if (command !== 'rate' && command !== 'width') {
    throw unknownCommand(command, [...stateCommands, ...Object.keys(viewCommands)]);
  }
  assertMatches(viewCommands[command], value, `value of the command ${command}`);
  return command === 'rate' ? { rate: value as number } : { width: value as number };
}
