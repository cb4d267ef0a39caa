import type { Static, TSchema } from 'typebox';
import { Command, Delivery, Inbound, Review, Talk } from './messages/alerts.ts';
import { ArmingChange } from './messages/arming.ts';
import { Frame, Media, StreamStatus } from './messages/camera.ts';
import { Detections } from './messages/detections.ts';
import { Incident } from './messages/incident.ts';
import { Cue, ExternalSignal } from './messages/signals.ts';
import { TrainedHeads, TrainingReport } from './messages/training.ts';
import { AudioScores, AudioWindow } from './messages/sound.ts';

export { labelLimit, nameLimit } from './messages/fields.ts';
export * from './messages/camera.ts';
export * from './messages/signals.ts';
export * from './messages/detections.ts';
export * from './messages/sound.ts';
export * from './messages/incident.ts';
export * from './messages/alerts.ts';
export * from './messages/arming.ts';
export * from './messages/training.ts';

/**
 * What flows on the wires: one schema per `msg.payload.kind`.
 * Bytes travel beside the payload: `msg.image` (Buffer: JPEG, or rgb24 rows as `encoding` says), `msg.cleanImage` (Buffer:
 * of an incident, the same picture with nothing drawn on it), `msg.samples` (Float32Array, mono, -1..1) and `msg.clip`
 * (Buffer: MP4). `msg.topic` is `<site>/<source>/<kind>`.
 */
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
  inbound: Inbound,
  review: Review,
  command: Command,
  talk: Talk,
  arming: ArmingChange,
  training: TrainingReport,
  'trained-heads': TrainedHeads,
} as const satisfies Record<string, TSchema>;

export type Kind = keyof typeof payloadSchemas;

export type PayloadOf<K extends Kind> = Static<(typeof payloadSchemas)[K]>;

export type Payload = { [K in Kind]: PayloadOf<K> }[Kind];

/** A message as it stands on a wire between two of our nodes. */
export interface WireMessage<P = Payload> {
  topic: string;
  payload: P;
  image?: Buffer;
  cleanImage?: Buffer;
  samples?: Float32Array;
  clip?: Buffer;
  [extra: string]: unknown;
}
