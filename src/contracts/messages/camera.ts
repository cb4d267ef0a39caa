import { Type, type Static } from 'typebox';
import { Zone } from '../configs.ts';
import { epochMs, payload, repeated } from './fields.ts';

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

/** Somebody wants nothing of such a source; it shows nothing. */
export const switchedOff: readonly StreamStatusName[] = ['idle', 'paused', 'stopped'];
const notOffline: readonly StreamStatusName[] = ['connected', ...switchedOff];

/** Whether a source neither works nor was switched off by somebody. */
export function isOffline(status: StreamStatusName): boolean {
  return !notOffline.includes(status);
}

/** What can be wrong with the sound of a microphone or camera that is connected. */
export const soundFaults = ['silent', 'clipping', 'offset'] as const;
export type SoundFault = (typeof soundFaults)[number];

export const StreamStatus = payload('stream-status', {
  status: Type.Enum(streamStatuses),
  detail: Type.String({ description: 'The same in words for people.' }),
  attempt: Type.Integer({ minimum: 0, description: 'Failed tries since the last frame.' }),
  fault: Type.Optional(
    Type.Enum(soundFaults, {
      description:
        'Why the sound of a connected microphone or camera cannot be trusted: muted, dead or unplugged; cut off; or with a strong constant in it.',
    }),
  ),
  repeated,
});
export type StreamStatus = Static<typeof StreamStatus>;

const mediaTypes = ['image/jpeg', 'video/mp4'] as const;

export const Media = payload('media', {
  mime: Type.Enum(mediaTypes, { description: 'Of `msg.image`: image/jpeg, of `msg.clip`: video/mp4.' }),
  from: Type.Number({ ...epochMs, description: 'Capture time of the first picture.' }),
  to: Type.Number({ ...epochMs, description: 'Capture time of the last picture; of a single one, the same.' }),
  bytes: Type.Integer({ minimum: 1, description: 'Size of the file.' }),
});
export type Media = Static<typeof Media>;
