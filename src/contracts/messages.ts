import { Type, type Static, type TProperties, type TSchema } from 'typebox';
import { Zone } from './configs.ts';

/**
 * What flows on the wires: one schema per `msg.payload.kind`.
 * Bytes travel beside the payload: `msg.image` (Buffer: JPEG, or rgb24 rows as `encoding` says), `msg.samples`
 * (Float32Array, mono, -1..1) and `msg.clip` (Buffer: MP4). `msg.topic` is `<site>/<source>/<kind>`.
 */

/** Longest site, area and source: they stand in topics, statuses and file rows. */
export const nameLimit = 64;
/** Bounds of what a message may carry: far above anything real, far below what hurts. */
export const labelLimit = 200;
const [sentenceLimit, listLimit] = [4096, 1000];
const name = (description: string) => Type.String({ maxLength: nameLimit, description });
const sentence = (description: string) => Type.String({ maxLength: sentenceLimit, description });
const label = (description = 'Name of a class or state.') => Type.String({ maxLength: labelLimit, description });

const score = Type.Number({ minimum: 0, maximum: 1 });
const epochMs = Type.Number({ description: 'Milliseconds since 1970-01-01 UTC on the Site clock.' });
/** What a Date can hold: pages and texts show these, and one incident that they cannot show would cost the whole list. */
const shownMs = Type.Number({ ...epochMs, minimum: 0, maximum: 8.64e15 });
/** 0 is nothing that anybody has to know. */
export const Severity = Type.Integer({ minimum: 0, maximum: 3, description: '1 notice, 2 warning, 3 alarm.' });

/** The fields that every payload carries, then the ones of its kind. */
function payload<Kind extends string, Fields extends TProperties>(kind: Kind, fields: Fields) {
  return Type.Object({
    v: Type.Literal(1),
    kind: Type.Literal(kind),
    site: name('Id of the site.'),
    area: name('Place that is judged as one: signals of one area are fused.'),
    source: name('Camera, microphone or sensor.'),
    capturedAt: epochMs,
    ...fields,
  });
}

export const ImageEncoding = Type.Union([Type.Literal('rgb24'), Type.Literal('jpeg')], {
  description: 'Form of `msg.image`: rows of R, G, B bytes without padding, or a JPEG or PNG file.',
});

/** Polygons of the camera that a consumer may know: never the private ones, which are black in the picture. */
export const FrameZones = Type.Array(Type.Object({ ...Zone.properties, kind: Type.Enum(['zone', 'line', 'ignore']) }), {
  maxItems: 32,
  description: 'Places and lines on the picture, and where objects do not count.',
});
export type FrameZone = Static<typeof FrameZones>[number];

export const Frame = payload('frame', {
  seq: Type.Integer({ minimum: 0, description: 'Counts the frames of this source.' }),
  width: Type.Integer({ minimum: 1 }),
  height: Type.Integer({ minimum: 1 }),
  encoding: ImageEncoding,
  zones: Type.Optional(FrameZones),
});
export type Frame = Static<typeof Frame>;

export const AudioWindow = payload('audio-window', {
  seq: Type.Integer({ minimum: 0, description: 'Counts the windows of this source.' }),
  sampleRate: Type.Literal(16000, { description: 'Samples a second.' }),
  hop: Type.Integer({ minimum: 1, description: 'Samples between the starts of two windows.' }),
  dbfs: Type.Number({ description: 'RMS level relative to full scale, in dB (0 is the loudest, -100 silence).' }),
  peak: Type.Number({ minimum: 0, description: 'Largest absolute sample.' }),
  record: Type.Boolean({ description: 'The owner allows this sound to be kept as evidence.' }),
});
export type AudioWindow = Static<typeof AudioWindow>;

export const streamStatuses = [
  'idle',
  'probing',
  'connecting',
  'connected',
  'stalled',
  'backing-off',
  'unauthorised',
  'not-found',
  'paused',
  'stopped',
] as const;
export type StreamStatusName = (typeof streamStatuses)[number];

const notOffline: readonly StreamStatusName[] = ['connected', 'idle', 'paused', 'stopped'];

/** Whether a source neither works nor was switched off by somebody. */
export function isOffline(status: StreamStatusName): boolean {
  return !notOffline.includes(status);
}

/** What can be wrong with the sound of a microphone that is connected. */
export const soundFaults = ['silent', 'clipping'] as const;
export type SoundFault = (typeof soundFaults)[number];

export const StreamStatus = payload('stream-status', {
  status: Type.Enum(streamStatuses),
  detail: Type.String({ description: 'The same in words for people.' }),
  attempt: Type.Integer({ minimum: 0, description: 'Failed tries since the last frame.' }),
  fault: Type.Optional(
    Type.Enum(soundFaults, {
      description: 'Why the sound of a connected microphone cannot be trusted: muted or unplugged, or cut off.',
    }),
  ),
});
export type StreamStatus = Static<typeof StreamStatus>;

/** What may be wrong with the picture of a camera: `features.kind` of a cue `tamper`. */
export const tamperKinds = ['black', 'white', 'covered', 'shifted', 'blurred', 'frozen'] as const;
export type TamperKind = (typeof tamperKinds)[number];

export const Cue = payload('cue', {
  cue: label('Such as motion, detector-down, tamper, zone-enter, zone-leave, loiter, line-cross.'),
  score: Type.Number({ ...score, description: '0: what was said before is over.' }),
  features: Type.Record(Type.String(), Type.Union([Type.Number(), Type.String()]), {
    description: 'The numbers that explain the score.',
  }),
});
export type Cue = Static<typeof Cue>;

const mediaTypes = ['image/jpeg', 'video/mp4'] as const;
export const Media = payload('media', {
  mime: Type.Enum(mediaTypes, { description: 'Of `msg.image`: image/jpeg, of `msg.clip`: video/mp4.' }),
  from: Type.Number({ ...epochMs, description: 'Capture time of the first picture.' }),
  to: Type.Number({ ...epochMs, description: 'Capture time of the last picture; of a single one, the same.' }),
  bytes: Type.Integer({ minimum: 1, description: 'Size of the file.' }),
});
export type Media = Static<typeof Media>;

export const Box = Type.Object(
  { x: score, y: score, width: score, height: score },
  { description: 'Top left corner and size, each 0 to 1 of the picture.' },
);
export type Box = Static<typeof Box>;

export const DetectedObject = Type.Object({
  label: label('Class name of the model.'),
  score,
  box: Box,
  trackId: Type.Optional(
    Type.String({
      maxLength: labelLimit,
      description: 'The same for one object of this source in following frames; a new object has a new one.',
    }),
  ),
  since: Type.Optional(Type.Number({ ...epochMs, description: 'When it was first seen, as `capturedAt`.' })),
  seen: Type.Optional(
    Type.Object(
      { n: Type.Integer({ minimum: 1 }), of: Type.Integer({ minimum: 1 }) },
      { description: 'Frames that showed it, of the last how many.' },
    ),
  ),
  zones: Type.Optional(Type.Array(label(), { maxItems: listLimit, description: 'Zones in which it stands.' })),
  dwell: Type.Optional(
    Type.Record(Type.String(), Type.Number({ minimum: 0 }), {
      description: 'Seconds for which it has been in each zone that it is in.',
    }),
  ),
  moving: Type.Optional(Type.Boolean({ description: 'False: it has stayed where it is for two seconds.' })),
  keypoints: Type.Optional(
    Type.Array(Type.Object({ x: Type.Number(), y: Type.Number(), score: Type.Number() }), {
      maxItems: listLimit,
      description: 'Points of the body in the order of the model, in 0..1 of the picture.',
    }),
  ),
});
export type DetectedObject = Static<typeof DetectedObject>;

/** Why a frame was looked at: what the motion gate saw in it. */
export const lookReasons = ['first', 'motion', 'light', 'object', 'heartbeat', 'always', 'still'] as const;

export const Detections = payload('detections', {
  seq: Type.Integer({ minimum: 0, description: 'Of the frame.' }),
  width: Type.Integer({ minimum: 1 }),
  height: Type.Integer({ minimum: 1 }),
  encoding: ImageEncoding,
  objects: Type.Array(DetectedObject, {
    maxItems: listLimit,
    description: 'Those that enough frames confirm. Of a single picture that belongs to no stream, all.',
  }),
  ignored: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: 'Objects that were found and left out: they stand where objects do not count.',
    }),
  ),
  model: Type.String({ description: 'Id of the model.' }),
  backend: Type.String({
    description: 'Runtime that ran the model: onnxruntime-node, onnxruntime-web, or as in `onnxruntime-node (cuda)`.',
  }),
  fallback: Type.Optional(Type.String({ description: 'Why the model does not run on what the node asks for.' })),
  timings: Type.Object({
    waitMs: Type.Number({ description: 'In the slot, before the worker took it.' }),
    preprocessMs: Type.Number(),
    inferenceMs: Type.Number(),
    postprocessMs: Type.Number(),
  }),
  gate: Type.Optional(
    Type.Object(
      {
        look: Type.Enum(lookReasons, {
          description:
            'Why the model looked: the first frame, motion, the light changed, an object was there just now, too long ' +
            'since the last look, or always (the gate is off). still: nothing moves and nothing was there, so it did not look.',
        }),
        crops: Type.Integer({ minimum: 0, description: 'Parts of the frame that it looked at again, closely.' }),
        saved: Type.Integer({ minimum: 0, description: 'Frames of this source so far that were still.' }),
      },
      { description: 'What the motion gate made of the frame; absent where there is none, as for single pictures.' },
    ),
  ),
  staleFrames: Type.Integer({
    minimum: 0,
    description: 'Frames of this source dropped so far: a newer one came, or they were too old when their turn came.',
  }),
});
export type Detections = Static<typeof Detections>;

export const soundClasses = ['glass_break', 'gunshot', 'scream', 'forced_entry'] as const;
export type SoundClass = (typeof soundClasses)[number];

export const AudioScores = payload('audio-scores', {
  scores: Type.Record(Type.String(), score, { description: 'Calibrated score per class.' }),
  top: Type.Array(Type.Object({ label: label(), score }), {
    maxItems: listLimit,
    description: 'The five best raw classes, for tuning.',
  }),
  triggered: Type.Array(label(), {
    maxItems: listLimit,
    description: 'Classes at or above their threshold in this window.',
  }),
  thresholds: Type.Record(Type.String(), score, { description: 'Threshold of each class, as set in the node.' }),
  dbfs: Type.Number({ description: 'As in `audio-window`.' }),
  peak: Type.Number({ minimum: 0, description: 'As in `audio-window`.' }),
  record: Type.Boolean({ description: 'As in `audio-window`.' }),
  model: Type.String({ description: 'Id of the model.' }),
  backend: Type.String({ description: 'As in `detections`.' }),
  timings: Type.Object({ waitMs: Type.Number(), featuresMs: Type.Number(), inferenceMs: Type.Number() }),
  windows: Type.Optional(
    Type.Array(Type.Object({ offset: Type.Number(), scores: Type.Record(Type.String(), score) }), {
      description: 'Of a whole clip: the scores of each window and its start in seconds; `scores` then holds the best.',
    }),
  ),
});
export type AudioScores = Static<typeof AudioScores>;

/** Anything from outside: a door contact, a PIR, Frigate, an MQTT topic. */
export const ExternalSignal = payload('signal', {
  signal: label('What kind of sensor: contact, pir, frigate...'),
  label: label('What it reports; rules ask for it.'),
  score,
});
export type ExternalSignal = Static<typeof ExternalSignal>;

/** One reason why an incident exists, with the numbers that explain it. */
export const IncidentSignal = Type.Object({
  kind: Type.Union([
    Type.Literal('object'),
    Type.Literal('sound'),
    Type.Literal('cue'),
    Type.Literal('stream'),
    Type.Literal('signal'),
  ]),
  label: label(),
  source: name('Camera, microphone or sensor.'),
  score,
  threshold: Type.Optional(Type.Number({ ...score, description: 'What the score had to reach.' })),
  capturedAt: shownMs,
  count: Type.Optional(Type.Integer({ minimum: 1, description: 'How often it was seen or heard in this incident.' })),
  objects: Type.Optional(Type.Array(DetectedObject, { maxItems: listLimit })),
});
export type IncidentSignal = Static<typeof IncidentSignal>;

const evidenceTypes = ['snapshot', 'thumbnail', 'audio', 'clip'] as const;
export const EvidenceItem = Type.Object({
  id: Type.String({ description: 'Opaque; `/echosight/api/v1/evidence/<id>` serves the file.' }),
  type: Type.Enum(evidenceTypes),
  source: name('Camera, microphone or sensor.'),
  mime: Type.String(),
  bytes: Type.Integer({ minimum: 0 }),
  sha256: Type.String(),
  capturedAt: shownMs,
});
export type EvidenceItem = Static<typeof EvidenceItem>;

const incidentPhases = ['start', 'update', 'end', 'evidence'] as const;
export const Incident = payload('incident', {
  capturedAt: shownMs,
  id: name('Stays the same from start to end.'),
  phase: Type.Enum(incidentPhases),
  seq: Type.Optional(
    Type.Integer({
      minimum: 0,
      description: 'Counts the messages of one incident; without it, `updatedAt` orders them.',
    }),
  ),
  severity: Severity,
  label: sentence('The reason in words for people.'),
  reason: sentence('Labels joined by +, such as person+glass_break.'),
  confidence: score,
  sources: Type.Array(name('Camera, microphone or sensor.'), {
    maxItems: listLimit,
    description: 'Everything that took part.',
  }),
  signals: Type.Array(IncidentSignal, { maxItems: listLimit }),
  startedAt: shownMs,
  updatedAt: Type.Number({ ...shownMs, description: 'As `startedAt`; never earlier than in the message before.' }),
  endedAt: Type.Optional(shownMs),
  explanation: Type.Array(Type.String({ maxLength: sentenceLimit }), {
    maxItems: listLimit,
    description: 'Sentences that say why.',
  }),
  evidence: Type.Optional(Type.Array(EvidenceItem, { maxItems: listLimit })),
});
export type Incident = Static<typeof Incident>;

export const deliveryStatuses = [
  'queued',
  'accepted',
  'sent',
  'delivered',
  'read',
  'failed',
  'expired',
  'dry-run',
] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];
export const Delivery = payload('delivery', {
  alertId: Type.String(),
  incidentId: Type.String(),
  channel: Type.String({ description: 'Such as whatsapp.' }),
  part: Type.Union([Type.Literal('text'), Type.Literal('image')], { description: 'Which message of the alert.' }),
  recipient: Type.String({ description: 'Masked: only the last three digits are shown.' }),
  status: Type.Enum(deliveryStatuses, { description: 'dry-run: nothing was sent, see `text`.' }),
  attempts: Type.Integer({ minimum: 0 }),
  text: Type.Optional(Type.String({ description: 'Of a dry run: what would be sent. The picture is `msg.image`.' })),
  providerId: Type.Optional(Type.String({ description: 'Id that the provider gave the message.' })),
  error: Type.Optional(
    Type.Object(
      { name: Type.String(), message: Type.String() },
      { description: 'Why it failed: stable name, and words.' },
    ),
  ),
});
export type Delivery = Static<typeof Delivery>;

const reviewActions = [
  'acknowledge',
  'confirm',
  'dismiss',
  'false-positive',
  'note',
  'hold',
  'release',
  'snooze',
] as const;
export const Review = payload('review', {
  incidentId: Type.String(),
  action: Type.Enum(reviewActions),
  note: Type.Optional(Type.String({ maxLength: 2000 })),
  minutes: Type.Optional(Type.Number({ minimum: 0 })),
  by: Type.Optional(
    Type.String({ description: 'Who said it: set by the runtime on the way out, ignored in what comes in.' }),
  ),
});
export type Review = Static<typeof Review>;

export const Command = payload('command', {
  command: Type.String(),
  value: Type.Optional(Type.Unknown()),
});
export type Command = Static<typeof Command>;

export const Talk = payload('talk', {
  until: epochMs,
});
export type Talk = Static<typeof Talk>;

/** Every kind of payload and its schema. */
export const payloadSchemas = {
  frame: Frame,
  'audio-window': AudioWindow,
  'stream-status': StreamStatus,
  cue: Cue,
  media: Media,
  detections: Detections,
  'audio-scores': AudioScores,
  signal: ExternalSignal,
  incident: Incident,
  delivery: Delivery,
  review: Review,
  command: Command,
  talk: Talk,
} as const satisfies Record<string, TSchema>;

export type Kind = keyof typeof payloadSchemas;
export type PayloadOf<K extends Kind> = Static<(typeof payloadSchemas)[K]>;
export type Payload = { [K in Kind]: PayloadOf<K> }[Kind];

/** A message as it stands on a wire between two of our nodes. */
export interface WireMessage<P = Payload> {
  topic: string;
  payload: P;
  image?: Buffer;
  samples?: Float32Array;
  clip?: Buffer;
  [extra: string]: unknown;
}
