import { Type, type Static } from 'typebox';
import { label, listLimit, score } from './messages/fields.ts';
import { trainingStates } from './training.ts';

/**
 * What the sound routes speak, below `<httpNodeRoot>/echosight/api/v1/sound`. With several sites, `?site=` names one by its id.
 *
 * | route               | asks                                         | answers             |
 * | ------------------- | -------------------------------------------- | ------------------- |
 * | `GET /`             |                                              | 200 `SoundInfo`     |
 * | `GET /health`       |                                              | 200 `SoundHealth`   |
 * | `GET /model/status` |                                              | 200 `SoundModelStatus` |
 * | `GET /training`     |                                              | 200 `TrainingStatus` |
 * | `POST /predict`     | multipart/form-data, `file`: a sound file; `?threshold=` from 0 to 1, `?spectrogram=1` | 200 `Prediction` |
 * | `POST /retrain`     | multipart/form-data, `file`: a zip of recordings; `?model=` an id | 202 `RetrainAnswer` |
 *
 * Errors are `Problem`s: 400 not one `file` in well-formed multipart/form-data, or a parameter; 403, 404, 405; 408 the upload
 * came too slowly; 409 a training is under way; 413 too many bytes or seconds; 415 another
 * content type, or bytes of a format that is not taken; 422 damaged, too short, or nothing to learn from; 429 too much at once; 503
 * no model, no ffmpeg, no disk.
 */

/** How much one upload may bring. */
export const predictLimits = {
  bytes: 32 * 1024 * 1024,
  /** Of the sound. */
  seconds: 600,
  leastSeconds: 0.1,
  /** Quieter clips are silence: there is nothing to be heard in them, and they are safe. */
  leastDbfs: -80,
  /** Where nobody says another one: from this P(danger) on, the prediction is 1. */
  threshold: 0.5,
  /** Columns of a spectrogram; longer sound is drawn together. */
  columns: 1200,
} as const;

const scores = Type.Record(Type.String(), score);

export const Spectrogram = Type.Object(
  {
    bands: Type.Integer({ minimum: 1 }),
    columns: Type.Integer({ minimum: 1 }),
    secondsPerColumn: Type.Number(),
    lowest: Type.Number({ description: 'The natural logarithm that 0 stands for.' }),
    highest: Type.Number({ description: 'That of 255.' }),
    data: Type.String({ description: 'base64: `columns` times `bands` bytes, low bands first.' }),
  },
  { description: 'Log-mel, as the model hears it: 64 bands from 125 to 7500 Hz.' },
);
export type Spectrogram = Static<typeof Spectrogram>;

export const Prediction = Type.Object({
  prediction: Type.Union([Type.Literal(0), Type.Literal(1)], { description: '1: danger.' }),
  class: Type.Enum(['safe', 'danger']),
  confidence: {
    ...score,
    description: 'Probability of the class: p of danger, 1 - p of safe; at a threshold of 0.5 the larger one.',
  },
  probability: {
    ...score,
    description:
      'P(danger): the highest score of any class and window, on the scale where the threshold of its class is 0.5: from 0.5 on audio-classify triggers.',
  },
  threshold: { ...score, description: 'From this probability on, the prediction is 1.' },
  scores: Type.Record(Type.String(), score, {
    description:
      'Per class, the best of all windows, as they count: less where something that sounds alike is clearer, and 0 for forced_entry unless its rule holds.',
  }),
  thresholds: Type.Record(Type.String(), score, { description: 'From this score on audio-classify triggers a class.' }),
  triggered: Type.Array(label(), {
    maxItems: listLimit,
    description: 'Classes that say danger: where `threshold` is 0.5, those at or above their own threshold.',
  }),
  at: Type.Number({ minimum: 0, description: 'Second at which the window of that probability begins.' }),
  windows: Type.Array(Type.Object({ offset: Type.Number(), probability: score, scores }), {
    description: 'Windows of 0.975 s over the whole sound, every 0.48 s; `offset` in seconds.',
  }),
  top: Type.Array(Type.Object({ label: label(), score }), {
    maxItems: listLimit,
    description: 'The five best raw classes of the window with the highest score.',
  }),
  suppressed: Type.Optional(
    Type.Array(Type.Object({ label: label(), by: label() }), {
      maxItems: listLimit,
      description: 'Classes that would have reached their threshold, but for what sounds alike.',
    }),
  ),
  reason: Type.Optional(
    Type.String({ description: 'A sentence for people, where there is nothing to hear: then it is safe.' }),
  ),
  format: Type.String({ description: 'Found by the first bytes: wav, mp3, flac, ogg, m4a.' }),
  seconds: Type.Number({ minimum: 0 }),
  dbfs: Type.Number({ description: 'Level of the whole sound.' }),
  peak: Type.Number({ minimum: 0 }),
  model: Type.String(),
  backend: Type.String(),
  version: Type.Optional(Type.Integer({ minimum: 1, description: 'Trained classifier that had a say.' })),
  ms: Type.Number({ minimum: 0, description: 'From the last byte of the upload to the answer.' }),
  spectrogram: Type.Optional(Spectrogram),
});
export type Prediction = Static<typeof Prediction>;

export const RetrainAnswer = Type.Object({
  status: Type.Literal('Retraining Initiated'),
  message: Type.String(),
  training_started: Type.Literal(true),
  upload_id: Type.String(),
  session_id: Type.String(),
});
export type RetrainAnswer = Static<typeof RetrainAnswer>;

export const SoundModelStatus = Type.Object({
  model: Type.String(),
  loaded: Type.Boolean({ description: 'Whether it is in memory: it is loaded for the first sound.' }),
  usable: Type.Boolean(),
  reason: Type.Optional(Type.String({ description: 'Why it cannot be used.' })),
  classes: Type.Array(label()),
  threshold: score,
  training: Type.Object({
    state: Type.Enum(trainingStates),
    progress: score,
    session_id: Type.Optional(Type.String()),
    active_version: Type.Optional(Type.Integer({ minimum: 1, description: 'Trained classifier in use.' })),
    versions: Type.Integer({ minimum: 0 }),
  }),
});
export type SoundModelStatus = Static<typeof SoundModelStatus>;

export const SoundHealth = Type.Object({
  status: Type.Enum(['healthy', 'degraded']),
  site: Type.String(),
  model: Type.String(),
  model_loaded: Type.Boolean(),
  waiting: Type.Integer({ minimum: 0, description: 'Clips that are being heard or wait for it.' }),
  version: Type.String(),
  uptime_s: Type.Number(),
});
export type SoundHealth = Static<typeof SoundHealth>;

export const SoundInfo = Type.Object({
  name: Type.String(),
  version: Type.String(),
  site: Type.String(),
  routes: Type.Record(Type.String(), Type.String()),
  formats: Type.Array(Type.String()),
  limits: Type.Record(Type.String(), Type.Number()),
});
export type SoundInfo = Static<typeof SoundInfo>;
