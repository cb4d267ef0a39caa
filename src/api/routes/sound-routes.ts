import { Type } from 'typebox';
import { Prediction, RetrainAnswer, SoundHealth, SoundInfo, SoundModelStatus } from '../../contracts/prediction.ts';
import { TrainingStatus } from '../../contracts/training.ts';
import type { Route } from './route.ts';

const site = { site: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Id of a site.' })) };
const File = Type.Object({ file: Type.String({ contentMediaType: 'application/octet-stream' }) });
const form = 'multipart/form-data';
const common = [404] as const;

/** What clients of the Sentinel service speak, whose base address is `/api/v1/sound`. */
export const soundRoutes = {
  readSoundInfo: {
    ...{ method: 'GET', path: '/api/v1/sound', also: ['/api/v1/sound/'], group: 'Sound', needs: 'viewer' },
    summary: 'Name, routes, formats and limits.',
    query: Type.Object(site),
    answers: { 200: { description: 'What there is.', schema: SoundInfo } },
    problems: common,
  },
  readSoundHealth: {
    ...{ method: 'GET', path: '/api/v1/sound/health', group: 'Sound', needs: 'viewer' },
    summary: 'Whether sound can be heard.',
    query: Type.Object(site),
    answers: { 200: { description: 'healthy or degraded.', schema: SoundHealth } },
    problems: common,
  },
  readSoundModel: {
    ...{ method: 'GET', path: '/api/v1/sound/model/status', group: 'Sound', needs: 'viewer' },
    summary: 'The model that hears, and the training in short.',
    query: Type.Object(site),
    answers: { 200: { description: 'As it is now.', schema: SoundModelStatus } },
    problems: common,
  },
  readTraining: {
    ...{ method: 'GET', path: '/api/v1/sound/training', group: 'Sound', needs: 'viewer' },
    summary:
      'The training under way, or the last one and what it showed; names of refused files for who may see the whole site.',
    query: Type.Object(site),
    answers: { 200: { description: 'As it is now.', schema: TrainingStatus } },
    problems: common,
  },
  predictSound: {
    ...{ method: 'POST', path: '/api/v1/sound/predict', group: 'Sound', needs: 'operator' },
    summary: 'What a sound file holds: prediction, scores, time line.',
    query: Type.Object({
      ...site,
      threshold: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
      spectrogram: Type.Optional(Type.Enum(['0', '1'])),
    }),
    body: { schema: File, type: form },
    answers: { 200: { description: 'What was heard.', schema: Prediction } },
    problems: [...common, 422, 503],
  },
  retrainSound: {
    ...{ method: 'POST', path: '/api/v1/sound/retrain', group: 'Sound', needs: 'admin' },
    summary: 'Learns from a zip of recordings, a folder per class.',
    query: Type.Object({
      ...site,
      model: Type.Optional(Type.String({ minLength: 1, maxLength: 64, pattern: '^[\\w.-]+$' })),
    }),
    body: { schema: File, type: form },
    answers: { 202: { description: 'It has begun.', schema: RetrainAnswer } },
    problems: [...common, 409, 422, 503, 507],
  },
} as const satisfies Record<string, Route>;
