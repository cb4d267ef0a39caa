import { Type, type Static } from 'typebox';
import { FrameZones, ImageEncoding } from './camera.ts';
import { epochMs, label, labelLimit, listLimit, payload, score } from './fields.ts';

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
  zoneWeight: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 10,
      description: 'Of these zones the highest weight; absent where none has one.',
    }),
  ),
  dwell: Type.Optional(
    Type.Record(Type.String(), Type.Number({ minimum: 0 }), {
      description: 'Seconds for which it has been in each zone that it is in.',
    }),
  ),
  moving: Type.Optional(Type.Boolean({ description: 'False: it has stayed where it is for two seconds.' })),
  speed: Type.Optional(
    Type.Number({
      minimum: 0,
      description:
        'Across the picture, in its own lengths a second (the longer side of its box), near or far: a brisk walk is about 1. ' +
        'Absent until its motion is known; who comes straight at the camera shows little.',
    }),
  ),
  keypoints: Type.Optional(
    Type.Array(Type.Object({ x: Type.Number(), y: Type.Number(), score: Type.Number() }), {
      maxItems: listLimit,
      description:
        'Points of the body in 0..1 of the picture; they may lie beside it. In the order of the model; of a pose model: nose, ' +
        'then left and right eye, ear, shoulder, elbow, wrist, hip, knee, ankle.',
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
  zones: Type.Optional({ ...FrameZones, description: 'The zones of the frame in which an object stands.' }),
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
  pose: Type.Optional(
    Type.Object(
      {
        persons: Type.Integer({ minimum: 0, description: 'Persons whose `keypoints` the pose model gave.' }),
        skipped: Type.Integer({ minimum: 0, description: 'Persons for whom there was no time.' }),
        waitMs: Type.Number({ description: 'What the message waited for it.' }),
      },
      { description: 'What the pose model did; absent when it had nothing to do, is off, or is down.' },
    ),
  ),
  staleFrames: Type.Integer({
    minimum: 0,
    description: 'Frames of this source dropped so far: a newer one came, or they were too old when their turn came.',
  }),
});
export type Detections = Static<typeof Detections>;
