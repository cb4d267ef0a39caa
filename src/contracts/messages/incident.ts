import { Type, type Static } from 'typebox';
import { DetectedObject } from './detections.ts';
import { label, listLimit, name, payload, score, sentence, sentenceLimit, shownMs } from './fields.ts';

/** 0 is nothing that anybody has to know. */
export const Severity = Type.Integer({ minimum: 0, maximum: 3, description: '1 notice, 2 warning, 3 alarm.' });

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
  model: Type.Optional(
    Type.String({ description: 'What judged a sound or an object: the model, with the version of a trained head.' }),
  ),
  capturedAt: Type.Number({ ...shownMs, description: 'Of its best moment: that of `score` and `objects`.' }),
  firstAt: Type.Optional(
    Type.Number({ ...shownMs, description: 'When it was first seen or heard; never after `capturedAt`.' }),
  ),
  lastAt: Type.Optional(
    Type.Number({
      ...shownMs,
      description:
        'When it was last seen or heard, also where no rule asked for it any more; never before `capturedAt`.',
    }),
  ),
  count: Type.Optional(Type.Integer({ minimum: 1, description: 'How often it was seen or heard in this incident.' })),
  objects: Type.Optional(Type.Array(DetectedObject, { maxItems: listLimit })),
});
export type IncidentSignal = Static<typeof IncidentSignal>;

/** What names a signal within its incident. */
const SignalName = Type.Pick(IncidentSignal, ['kind', 'label', 'source']);

/** Signals that are named of one rule. */
export const mostGrounds = 16;

/** A rule that held in an incident, and the signals on which it stands. */
export const FiredRule = Type.Object({
  id: Type.String({ maxLength: 64, description: 'Of the rule in its node.' }),
  node: Type.Optional(label('Id of the fuse-severity in the flow; in a subflow those of all around it come first.')),
  name: sentence('The name of the rule, else what met it, in words for people.'),
  severity: Type.Integer({ minimum: 0, maximum: 3, description: 'The highest that it gave.' }),
  firstAt: Type.Number({ ...shownMs, description: 'When it first held.' }),
  signals: Type.Array(SignalName, { maxItems: mostGrounds, description: 'At most 16 of those on which it stands.' }),
});
export type FiredRule = Static<typeof FiredRule>;

const evidenceTypes = ['snapshot', 'thumbnail', 'audio', 'clip'] as const;

/** How a snapshot of which there are two is kept: as the camera gave it, or with what was found drawn on it. */
export const renditions = ['clean', 'annotated'] as const;
export type Rendition = (typeof renditions)[number];

export const EvidenceItem = Type.Object({
  id: Type.String({ description: 'Opaque; `/echosight/api/v1/evidence/<id>` serves the file.' }),
  type: Type.Enum(evidenceTypes),
  source: name('Camera, microphone or sensor.'),
  mime: Type.String(),
  bytes: Type.Integer({ minimum: 0 }),
  sha256: Type.String(),
  capturedAt: shownMs,
  rendition: Type.Optional(
    Type.Enum(renditions, {
      description:
        'Of a snapshot: `clean`, as the camera gave it, or `annotated`, with boxes, labels and zones; the annotated one comes ' +
        'after it. Absent where there is one only.',
    }),
  ),
  missing: Type.Optional(Type.Boolean({ description: 'Its file was looked for and is not there.' })),
});
export type EvidenceItem = Static<typeof EvidenceItem>;

const incidentPhases = ['start', 'update', 'end', 'evidence'] as const;

export const Incident = payload('incident', {
  areas: Type.Optional(
    Type.Array(name('Area of the site.'), {
      maxItems: listLimit,
      description: 'Where the story goes on, when neighbours joined it; `area` is where its reason is.',
    }),
  ),
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
  rules: Type.Optional(
    Type.Array(FiredRule, {
      maxItems: listLimit,
      description: 'Every rule that held; first the one that the incident stands on, then in their order.',
    }),
  ),
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
