import { Type, type Static } from 'typebox';
import { HeadVersion, TrainingSession } from '../training.ts';
import { listLimit, payload } from './fields.ts';

const { id, ...session } = TrainingSession.properties;
const misfit = Type.String({ description: 'Why the head in use is not heard by the model that listens.' });

export const TrainingReport = payload('training', {
  ...session,
  sessionId: id,
  versions: Type.Optional(
    Type.Array(HeadVersion, { maxItems: listLimit, description: 'At the end: the heads that are kept, newest first.' }),
  ),
  active: Type.Optional(Type.Integer({ minimum: 1, description: 'At the end: the head in use; absent: none.' })),
  misfit: Type.Optional(misfit),
});
export type TrainingReport = Static<typeof TrainingReport>;

export const TrainedHeads = payload('trained-heads', {
  versions: Type.Array(HeadVersion, { maxItems: listLimit, description: 'The heads that are kept, newest first.' }),
  active: Type.Optional(Type.Integer({ minimum: 1, description: 'The head in use; absent: none.' })),
  model: Type.Optional(
    Type.String({ description: 'Sound model that is taught where none is named: the one that listens.' }),
  ),
  misfit: Type.Optional(misfit),
  last: Type.Optional({ ...TrainingSession, description: 'The training under way, or the last one.' }),
  file: Type.Optional(
    Type.String({ description: 'After `export`: absolute path of the ONNX file; a .json lies beside it.' }),
  ),
});
export type TrainedHeads = Static<typeof TrainedHeads>;
