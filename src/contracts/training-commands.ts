import { Type, type Static } from 'typebox';
import { named, unknownCommand } from './commands.ts';
import { SentinelError } from './errors.ts';
import { assertMatches } from './guards.ts';

const names = ['train', 'activate', 'rollback', 'cancel', 'status', 'export'] as const;

/** What to learn from, and whether a worse head is put to use as well. */
const TrainValue = Type.Object(
  { path: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })), force: Type.Optional(Type.Boolean()) },
  { additionalProperties: false },
);
const version = Type.Integer({ minimum: 1 });

/** What sentinel-audio-train is asked. `zip`: the bytes of one; `path`: of a zip file or folder of this machine. */
export type TrainingAsk =
  | { ask: 'train'; zip?: Buffer; path?: string; force?: boolean }
  /** undefined: put none to use. */
  | { ask: 'activate'; version: number | undefined }
  /** undefined: the one in use. */
  | { ask: 'export'; version: number | undefined }
  | { ask: 'rollback' | 'cancel' | 'status' };

/**
 * Reads `msg.payload`: the bytes of a zip, a command, or an absolute path; anything else, such as the time of an inject node,
 * asks for a training with what the node is set to.
 * @throws SentinelError ES_BAD_INPUT
 */
export function readTrainingAsk(payload: unknown): TrainingAsk {
  if (Buffer.isBuffer(payload)) return { ask: 'train', zip: payload };
  if (typeof payload === 'string' && /^(?:\/|[a-z]:[\\/]|\\\\)/i.test(payload)) return { ask: 'train', path: payload };
  const isCommand = typeof payload === 'string' ? payload !== '' : typeof payload === 'object' && payload !== null;
  if (!isCommand) return { ask: 'train' };
  const { command, value } = named(payload);
  const ask = names.find((name) => name === command);
  if (ask === undefined) throw unknownCommand(command, names);
  if (ask === 'train') {
    assertMatches(TrainValue, value ?? {}, 'value of the command train');
    return { ask, ...(value as Static<typeof TrainValue> | undefined) };
  }
  if (ask === 'activate' || ask === 'export') return { ask, version: versionOf(ask, value) };
  return { ask };
}

function versionOf(ask: 'activate' | 'export', value: unknown): number | undefined {
  if (value === undefined && ask === 'export') return undefined;
  if (value === 'none' && ask === 'activate') return undefined;
  try {
    assertMatches(version, value, 'version');
  } catch {
    const none = ask === 'activate' ? ', or "none"' : '';
    throw new SentinelError('ES_BAD_INPUT', `The command ${ask} needs the number of a version as its value${none}.`);
  }
  return value as number;
}
