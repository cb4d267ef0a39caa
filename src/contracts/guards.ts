import { types } from 'node:util';
import { Compile, type Validator } from 'typebox/compile';
import { Type, type TSchema } from 'typebox';
import { ReviewRequest, storedReviewActions } from './api.ts';
import { SentinelError } from './errors.ts';
import {
  FrameZones,
  nameLimit,
  payloadSchemas,
  RawSound,
  type AudioWindow,
  type Frame,
  type Kind,
  type PayloadOf,
  type WireMessage,
} from './messages.ts';

const compiled = new Map<TSchema, Validator>();

/**
 * Checks a value against one of our schemas and says in words what is wrong.
 * @throws SentinelError ES_BAD_INPUT naming the first fields that do not fit.
 */
export function assertMatches(schema: TSchema, value: unknown, what: string): void {
  const validator = compile(schema);
  if (validator.Check(value)) return;
  const faults = validator
    .Errors(value)
    .slice(0, 3)
    .map(({ instancePath, message }) => `${instancePath === '' ? 'it' : instancePath.slice(1)} ${readable(message)}`);
  throw new SentinelError('ES_BAD_INPUT', `This is not ${withArticle(what)}: ${faults.join('; ')}.`);
}

function compile(schema: TSchema): Validator {
  let validator = compiled.get(schema);
  if (validator === undefined) {
    validator = Compile(schema);
    compiled.set(schema, validator);
  }
  return validator;
}

/** JSON Schema's "must be object" as people say it. */
function readable(fault: string): string {
  return fault.replace(/(?<=^must be )(array|boolean|integer|number|object|string)$/, withArticle);
}

function withArticle(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}

/** The kind of a payload of ours, or undefined when it is anything else. */
export function kindOf(payload: unknown): Kind | undefined {
  if (typeof payload !== 'object' || payload === null) return undefined;
  const { v, kind } = payload as { v?: unknown; kind?: unknown };
  return v === 1 && typeof kind === 'string' && Object.hasOwn(payloadSchemas, kind) ? (kind as Kind) : undefined;
}

/**
 * Full validation of a payload that must be of one kind.
 * @throws SentinelError ES_BAD_INPUT
 */
export function assertKind<K extends Kind>(payload: unknown, kind: K): asserts payload is PayloadOf<K> {
  assertMatches(payloadSchemas[kind], payload, `${kind} message`);
}

const AnyReview = Type.Object({ action: Type.String() });

/**
 * What somebody wants to say about an incident, from a body or a review message; fields besides are left out, also a `by`.
 * @throws SentinelError ES_BAD_INPUT
 */
export function readReview(value: unknown): ReviewRequest {
  assertMatches(AnyReview, value, 'review');
  const { action } = value as { action: string };
  if (!(storedReviewActions as readonly string[]).includes(action)) {
    const known = storedReviewActions.join(', ');
    throw new SentinelError('ES_BAD_INPUT', `There is no review "${action.slice(0, 40)}" here; there are ${known}.`);
  }
  assertMatches(ReviewRequest, value, 'review');
  const request = value as ReviewRequest;
  const note = request.note?.trim() ?? '';
  if (note !== '') return { action: request.action, note };
  if (request.action !== 'note') return { action: request.action };
  throw new SentinelError('ES_BAD_INPUT', 'A note without words says nothing: set note.');
}

/** Cheap guard of the frame path (5 messages a second and camera): shape and byte count; only zones are walked through. */
export function isFrameMessage(message: unknown): message is WireMessage<Frame> & { image: Buffer } {
  const { payload, image } = message as { payload?: Partial<Frame>; image?: unknown };
  if (payload?.v !== 1 || payload.kind !== 'frame' || !Buffer.isBuffer(image)) return false;
  if (!isIdentified(payload)) return false;
  if (payload.zones !== undefined && !compile(FrameZones).Check(payload.zones)) return false;
  if (payload.encoding === 'jpeg') return true;
  const { width = 0, height = 0 } = payload;
  const hasSize = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
  return payload.encoding === 'rgb24' && hasSize && image.length === width * height * 3;
}

/** Cheap guard of the audio path: shape and sample type, no schema walk. */
export function isAudioMessage(message: unknown): message is WireMessage<AudioWindow> & { samples: Float32Array } {
  const { payload, samples } = message as { payload?: Partial<AudioWindow>; samples?: unknown };
  return (
    payload?.v === 1 &&
    payload.kind === 'audio-window' &&
    payload.sampleRate === 16000 &&
    isIdentified(payload) &&
    Number.isFinite(payload.dbfs) &&
    Number.isFinite(payload.peak) &&
    isSamples(samples)
  );
}

/**
 * Sound that somebody else recorded: samples of any length and rate in `msg.samples`, and in the payload what they are.
 * @returns undefined for a message without samples, or of one of our kinds.
 * @throws SentinelError ES_BAD_INPUT when the payload does not say what they are
 */
export function rawSoundIn(message: object): { sound: RawSound; samples: Float32Array | Int16Array } | undefined {
  const { payload, samples } = message as { payload?: unknown; samples?: unknown };
  if (!types.isFloat32Array(samples) && !types.isInt16Array(samples)) return undefined;
  if (typeof payload === 'object' && payload !== null && 'kind' in payload) return undefined;
  assertMatches(RawSound, payload, 'description of sound');
  return { sound: payload as RawSound, samples };
}

/** Samples of a message. Those that a function node made come from another realm, where `instanceof` fails. */
export function isSamples(value: unknown): value is Float32Array {
  return types.isFloat32Array(value);
}

function isIdentified({ site, area, source, capturedAt }: Partial<Frame | AudioWindow>): boolean {
  const names = [site, area, source].every((name) => typeof name === 'string' && name.length <= nameLimit);
  return names && typeof capturedAt === 'number' && Number.isFinite(capturedAt);
}

/** `<site>/<source>/<kind>`, the topic of every message of ours. */
export function topicOf(payload: { site: string; source: string; kind: string }): string {
  return `${payload.site}/${payload.source}/${payload.kind}`;
}
