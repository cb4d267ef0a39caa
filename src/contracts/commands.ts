import { Type, type Static } from 'typebox';
import { RtspInConfig } from './configs.ts';
import { SentinelError } from './errors.ts';
import { assertKind, assertMatches } from './guards.ts';

/** What a source can be told while it runs. */
export const stateCommands = ['start', 'stop', 'pause', 'resume'] as const;
export type StateCommand = (typeof stateCommands)[number];

/** What a camera can be told besides: another picture, until the next deploy. */
const viewCommands = { rate: RtspInConfig.properties.rate, width: RtspInConfig.properties.width } as const;

export type ViewChange = { rate: number } | { width: number };

/** Of the minute that is kept of a camera, what is still there when its last second has come and been written. */
export const longestClipSeconds = 55;
const seconds = Type.Number({ minimum: 0, maximum: longestClipSeconds });

/** Seconds before and after the command. */
const ClipValue = Type.Object(
  { before: Type.Optional(seconds), after: Type.Optional(seconds) },
  { additionalProperties: false },
);

/** What a camera can be asked for: a picture, or a video that may last into the future. All in seconds from now. */
export type MediaRequest = { ask: 'snapshot'; ago: number } | { ask: 'clip'; before: number; after: number };

/** A command as `msg.payload` brings it: its name, `{ command, value }`, or a whole `command` message. */
export function named(payload: unknown): { command: string; value: unknown } {
  if (typeof payload === 'string') return { command: payload, value: undefined };
  const { command, value, kind } = (payload ?? {}) as { command?: unknown; value?: unknown; kind?: unknown };
  if (kind !== undefined) assertKind(payload, 'command');
  if (typeof command === 'string') return { command, value };
  throw new SentinelError('ES_BAD_INPUT', 'This message holds no command.', {
    hint: 'Put the name of one into msg.payload, such as "stop", or { "command": "stop" }.',
  });
}

/** Our error for a command that nobody knows. */
export function unknownCommand(command: string, known: readonly string[]): SentinelError {
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

/** What to do with a camera. @throws SentinelError ES_BAD_INPUT, also for a value out of range. */
export function readCameraCommand(payload: unknown): StateCommand | ViewChange | MediaRequest {
  const { command, value } = named(payload);
  const known = stateCommands.find((name) => name === command);
  if (known !== undefined) return known;
  if (command === 'snapshot') return readSnapshot(value);
  if (command === 'clip') return readClip(value);
  if (command !== 'rate' && command !== 'width') {
    throw unknownCommand(command, [...stateCommands, ...Object.keys(viewCommands), 'snapshot', 'clip']);
  }
  assertMatches(viewCommands[command], value, `value of the command ${command}`);
  return command === 'rate' ? { rate: value as number } : { width: value as number };
}

/** Which of several cameras a command is for; undefined: all. @throws SentinelError ES_BAD_INPUT */
export function sourceOfCommand(payload: unknown): string | undefined {
  const { source } = (typeof payload === 'object' && payload !== null ? payload : {}) as { source?: unknown };
  if (source === undefined || typeof source === 'string') return source;
  throw new SentinelError('ES_BAD_INPUT', 'The source of a command is the name of a camera.');
}

const ratio = Type.Number({ minimum: 0, maximum: 1 });
const microphone = Type.Optional(Type.String({ minLength: 1, maxLength: 64 }));
/** What an audio-classify can be told, and what belongs to it; `source` where it hears several microphones. */
const soundCommands = {
  thresholds: Type.Record(Type.String(), ratio, { minProperties: 1 }),
  calibrate: Type.Object({ minutes: Type.Number(), source: microphone }, { additionalProperties: false }),
  'calibrate-stop': Type.Object({ source: microphone }, { additionalProperties: false }),
  clip: Type.Object({ label: Type.String(), source: microphone }, { additionalProperties: false }),
} as const;
type SoundCommands = typeof soundCommands;

/** A command to audio-classify: other thresholds until the next deploy, or what the calibration in its dialog does. */
export type SoundCommand = {
  [Name in keyof SoundCommands]: { command: Name; value: Static<SoundCommands[Name]> };
}[keyof SoundCommands];

/** Whether somebody means a command, and not sound. */
export function isCommand(payload: unknown): boolean {
  return typeof (payload as { command?: unknown } | null | undefined)?.command === 'string';
}

/** What to do with the thresholds of an audio-classify. @throws SentinelError ES_BAD_INPUT, also for a value that does not fit. */
export function readSoundCommand(payload: unknown): SoundCommand {
  const { command, value = {} } = named(payload);
  const known = (Object.keys(soundCommands) as (keyof SoundCommands)[]).find((name) => name === command);
  if (known === undefined) throw unknownCommand(command, Object.keys(soundCommands));
  assertMatches(soundCommands[known], value, `value of the command ${known}`);
  return { command: known, value } as SoundCommand;
}

function readSnapshot(value: unknown = 0): MediaRequest {
  assertMatches(seconds, value, 'value of the command snapshot');
  return { ask: 'snapshot', ago: value as number };
}

function readClip(value: unknown = {}): MediaRequest {
  assertMatches(ClipValue, value, 'value of the command clip');
  const { before = 5, after = 10 } = value as Static<typeof ClipValue>;
  if (before + after > 0 && before + after <= longestClipSeconds) return { ask: 'clip', before, after };
  throw new SentinelError('ES_BAD_INPUT', `A clip of ${before} s before and ${after} s after cannot be made.`, {
    hint: `Ask for more than 0 and at most ${longestClipSeconds} s in all: a minute is kept of a camera.`,
  });
}
