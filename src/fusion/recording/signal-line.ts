import { SentinelError } from '../../contracts/errors.ts';
import { assertKind, kindOf } from '../../contracts/guards.ts';
import type { DetectedObject } from '../../contracts/messages.ts';
import type { FusionInput } from '../area.ts';
import { isFusionKind, type FusionKind } from '../inputs.ts';

/** A signal as it came to a fuse-severity. */
export interface RecordedSignal {
  signal: FusionInput;
  /** When it came, epoch milliseconds on the Site clock; absent in recordings that do not say it. */
  receivedAt?: number;
}

/** What no rule can ask for, and what makes a day of signals long: it is left out, and filled in for the checks. */
const leftOut: Readonly<Record<FusionKind, Readonly<Record<string, unknown>>>> = {
  detections: {
    ...{ seq: 0, width: 1, height: 1, encoding: 'jpeg', backend: '', staleFrames: 0 },
    ...{ timings: { waitMs: 0, preprocessMs: 0, inferenceMs: 0, postprocessMs: 0 } },
    ...{ gate: undefined, pose: undefined, zones: undefined, ignored: undefined, fallback: undefined },
  },
  'audio-scores': {
    ...{ top: [], backend: '', record: false, timings: { waitMs: 0, featuresMs: 0, inferenceMs: 0 } },
    ...{ highest: undefined, windows: undefined },
  },
  'stream-status': {},
  cue: {},
  signal: {},
  arming: {},
};
/** What a line written by hand may leave out too. */
const assumed: Readonly<Record<FusionKind, Readonly<Record<string, unknown>>>> = {
  detections: { objects: [], model: '' },
  'audio-scores': { scores: {}, triggered: [], thresholds: {}, dbfs: -100, peak: 0, model: '' },
  'stream-status': { detail: '', attempt: 0 },
  cue: { score: 1, features: {} },
  signal: { score: 1 },
  arming: { area: '', source: 'site', from: 0, by: '', how: 'flow' },
};

/** A signal as one line of a recording, without a line end. Bodies' key points are left out: no rule asks for them. */
export function lineOf(signal: FusionInput, receivedAt: number): string {
  const omitted = leftOut[signal.kind];
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(signal)) if (!(key in omitted) && key !== 'v') kept[key] = value;
  if (signal.kind === 'detections') kept.objects = signal.objects.map(withoutKeypoints);
  // What judged a picture without objects is nobody's question.
  if (signal.kind === 'detections' && signal.objects.length === 0) delete kept.model;
  return JSON.stringify({ ...kept, receivedAt });
}

function withoutKeypoints(object: DetectedObject): DetectedObject {
  if (object.keypoints === undefined) return object;
  const kept = { ...object };
  delete kept.keypoints;
  return kept;
}

/**
 * Reads a line of a recording: a payload as nodes send it, or a whole message with it. Fields that no rule asks for may be
 * absent.
 * @throws SentinelError ES_BAD_INPUT saying what is wrong
 */
export function readSignalLine(line: string): RecordedSignal {
  const parsed = parsedObject(line);
  const given = isObject(parsed.payload) && parsed.kind === undefined ? parsed.payload : parsed;
  const { receivedAt, ...said } = given;
  const { kind } = said;
  if (!isFusionKind(kind)) {
    throw new SentinelError('ES_BAD_INPUT', `This is no signal that can be fused: its kind is ${shown(kind)}.`);
  }
  const objects = Array.isArray(given.objects) ? { objects: given.objects.map(withBox) } : {};
  const meant = kind === 'arming' ? { counting: given.mode } : {};
  const filled = { v: 1, site: 'home', area: 'home', source: '', ...assumed[kind], ...leftOut[kind], ...meant };
  const signal: unknown = withoutUndefined({ ...filled, ...said, ...objects });
  if (kindOf(signal) === undefined) throw new SentinelError('ES_BAD_INPUT', 'This is no message of version 1.');
  assertKind(signal, kind);
  return typeof receivedAt === 'number' && Number.isFinite(receivedAt) ? { signal, receivedAt } : { signal };
}

function parsedObject(line: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    throw new SentinelError('ES_BAD_INPUT', 'This is not JSON.');
  }
  if (!isObject(parsed)) throw new SentinelError('ES_BAD_INPUT', 'This is not a JSON object.');
  return parsed;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A rule asks where an object stands by the names of zones; where on the picture it was may be left out. */
function withBox(object: unknown): unknown {
  return isObject(object) ? { box: { x: 0, y: 0, width: 0, height: 0 }, ...object } : object;
}

function withoutUndefined(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
}

function shown(kind: unknown): string {
  return typeof kind === 'string' ? `"${kind.slice(0, 40)}"` : 'missing';
}
