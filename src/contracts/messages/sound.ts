import { Type, type Static } from 'typebox';
import { label, listLimit, payload, score } from './fields.ts';

export const AudioWindow = payload('audio-window', {
  seq: Type.Integer({ minimum: 0, description: 'Counts the windows of this source.' }),
  sampleRate: Type.Literal(16000, { description: 'Samples a second.' }),
  hop: Type.Integer({ minimum: 1, description: 'Samples between the starts of two windows.' }),
  dbfs: Type.Number({ description: 'RMS level relative to full scale, in dB (0 is the loudest, -100 silence).' }),
  peak: Type.Number({ minimum: 0, description: 'Largest absolute sample.' }),
  record: Type.Boolean({ description: 'The owner allows this sound to be kept as evidence.' }),
});
export type AudioWindow = Static<typeof AudioWindow>;

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
