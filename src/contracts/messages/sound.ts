import { Type, type Static } from 'typebox';
import { epochMs, label, listLimit, nameLimit, payload, score, sentence } from './fields.ts';

export const AudioWindow = payload('audio-window', {
  seq: Type.Integer({ minimum: 0, description: 'Counts the windows of this source.' }),
  sampleRate: Type.Literal(16000, { description: 'Samples a second.' }),
  hop: Type.Integer({ minimum: 1, description: 'Samples between the starts of two windows.' }),
  dbfs: Type.Number({
    description:
      'RMS level of what can be heard (a DC offset does not count) relative to full scale, in dB (0 is the loudest, -100 silence).',
  }),
  peak: Type.Number({ minimum: 0, description: 'Largest absolute sample.' }),
  record: Type.Boolean({ description: 'The owner allows this sound to be kept as evidence.' }),
});
export type AudioWindow = Static<typeof AudioWindow>;

/** What stands in the payload of sound that somebody else recorded; its samples are in `msg.samples`. */
export const RawSound = Type.Object({
  sampleRate: Type.Integer({ minimum: 4000, maximum: 192_000, description: 'Samples a second and channel.' }),
  channels: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 32,
      description: 'Channels whose samples stand in turn; 1 where it is absent.',
    }),
  ),
  source: Type.Optional(
    Type.String({ minLength: 1, maxLength: nameLimit, description: 'Who hears it; default sound.' }),
  ),
  area: Type.Optional(Type.String({ minLength: 1, maxLength: nameLimit, description: 'Where; default home.' })),
  capturedAt: Type.Optional(
    Type.Number({ ...epochMs, description: 'Epoch milliseconds of the last sample; default: now.' }),
  ),
  record: Type.Optional(
    Type.Boolean({ description: 'The owner allows this sound to be kept as evidence; default no.' }),
  ),
});
export type RawSound = Static<typeof RawSound>;

export const soundClasses = ['glass_break', 'gunshot', 'scream', 'forced_entry'] as const;
export type SoundClass = (typeof soundClasses)[number];

/** A sound that is heard: it begins once, and lasts for as long as its windows follow each other. */
export const HeardSound = Type.Object({
  label: label('Class of the model, `forced_entry` or `loud_unknown`.'),
  score: Type.Number({ ...score, description: 'What it is believed with in this window.' }),
  since: Type.Number({ ...epochMs, description: 'Capture time of the window in which it began.' }),
  started: Type.Boolean({
    description: 'This window is the first that tells of it: whoever counts sounds counts these.',
  }),
  why: sentence('Why it counts, for people.'),
  experimental: Type.Optional(Type.Boolean({ description: 'It is not to be relied on yet.' })),
});
export type HeardSound = Static<typeof HeardSound>;

/** Sounds that no model names: a rule and a level do. */
export const ruledSounds = ['forced_entry', 'loud_unknown'] as const;

export const AudioScores = payload('audio-scores', {
  scores: Type.Record(Type.String(), score, { description: 'Calibrated score per class.' }),
  top: Type.Array(Type.Object({ label: label(), score }), {
    maxItems: listLimit,
    description: 'The five best raw classes, for tuning.',
  }),
  triggered: Type.Array(label(), {
    maxItems: listLimit,
    description: 'Sounds that are heard in this window: those that begin, and those that go on.',
  }),
  sounds: Type.Optional(
    Type.Array(HeardSound, {
      maxItems: listLimit,
      description:
        'What stands behind `triggered`: since when, and why. Without it, each one of `triggered` counts by itself.',
    }),
  ),
  suppressed: Type.Optional(
    Type.Array(Type.Object({ label: label(), by: label('Raw class that is easily taken for it.') }), {
      maxItems: listLimit,
      description:
        'Classes that counted less than their score, since something that sounds alike was heard more clearly.',
    }),
  ),
  muted: Type.Optional(
    Type.Object(
      {
        until: epochMs,
        unheard: Type.Array(label(), { maxItems: listLimit, description: 'What would be in `triggered` otherwise.' }),
      },
      { description: 'Our own loudspeaker talks: nothing is triggered.' },
    ),
  ),
  highest: Type.Optional(
    Type.Record(Type.String(), score, {
      description: 'Highest score of each class of this source, since the node began or somebody set it back.',
    }),
  ),
  thresholds: Type.Record(Type.String(), score, { description: 'Threshold of each class, as set in the node.' }),
  dbfs: Type.Number({ description: 'As in `audio-window`.' }),
  peak: Type.Number({ minimum: 0, description: 'As in `audio-window`.' }),
  record: Type.Boolean({ description: 'As in `audio-window`.' }),
  model: Type.String({ description: 'Id of the model.' }),
  head: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Version of the head that the user trained, where it had its say.' }),
  ),
  backend: Type.String({ description: 'As in `detections`.' }),
  timings: Type.Object({ waitMs: Type.Number(), featuresMs: Type.Number(), inferenceMs: Type.Number() }),
  windows: Type.Optional(
    Type.Array(Type.Object({ offset: Type.Number(), scores: Type.Record(Type.String(), score) }), {
      description: 'Of a whole clip: the scores of each window and its start in seconds; `scores` then holds the best.',
    }),
  ),
});
export type AudioScores = Static<typeof AudioScores>;
