import { Type, type Static } from 'typebox';
import { area, name, ratio, reference, site, sourceName } from './fields.ts';

export const zoneKinds = ['zone', 'line', 'ignore', 'privacy'] as const;
export type ZoneKind = (typeof zoneKinds)[number];

/** A corner of a polygon: 0 to 1 of the picture, from its top left. */
export const Point = Type.Object({ x: ratio(0, 'From the left.'), y: ratio(0, 'From above.') });
export type Point = Static<typeof Point>;

/** A polygon on the picture of a camera, or a line. Where a polygon crosses itself, what it goes around at all is inside. */
export const Zone = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64 }),
    kind: Type.Enum(zoneKinds),
    weight: Type.Optional(Type.Number({ minimum: 0, maximum: 10, description: 'Of a zone; 1 where it is absent.' })),
    points: Type.Array(Point, {
      minItems: 2,
      maxItems: 64,
      description: 'Two or more of a line, else at least three.',
    }),
  },
  // What has an inside has three corners.
  {
    if: { properties: { kind: { enum: ['line'] } } },
    else: { properties: { points: { type: 'array', minItems: 3 } } },
  },
);
export type Zone = Static<typeof Zone>;

const audioModes = ['off', 'analyse', 'record'] as const;

/** How a video file stands for a camera: for ever, once at its own speed, or once as fast as the analysis can follow. */
export const playbackModes = ['loop', 'once', 'fast'] as const;
export type Playback = (typeof playbackModes)[number];

export const SentinelCameraConfig = Type.Object({
  name: Type.String({
    default: '',
    pattern: sourceName,
    description: 'Source name in topics and alerts: letters, digits, _ and -.',
  }),
  site,
  area,
  address: Type.String({
    default: '',
    minLength: 1,
    description:
      'rtsp(s)://, rtmp:// or http(s):// address without user and password, go2rtc:NAME, a video file, a webcam ' +
      '(/dev/videoN, avfoundation:N, dshow:NAME), or sample:intruder.',
  }),
  transport: Type.Enum(['tcp', 'udp'], { default: 'tcp', description: 'RTSP transport.' }),
  audio: Type.Enum(audioModes, {
    default: 'analyse',
    description: 'Sound: off, analyse only, or also record as evidence.',
  }),
  ring: Type.Boolean({
    default: true,
    description: 'Keep the last minute of the stream in memory, for clips of what was before and after an event.',
  }),
  playback: Type.Enum(playbackModes, {
    default: 'loop',
    description: 'A video file: over and over, once, or once as fast as it can be analysed.',
  }),
  tamper: Type.Boolean({
    default: true,
    description: 'Tell when the picture is black, white, covered, shifted, blurred or frozen (cue tamper of rtsp-in).',
  }),
  captureDelayMs: Type.Integer({
    default: 300,
    minimum: 0,
    maximum: 10000,
    description: 'Milliseconds from the lens to our last byte; subtracted from every capture time.',
  }),
  zones: Type.Array(Zone, {
    default: [],
    maxItems: 32,
    description:
      'Polygons on the picture: a zone names a place, a line is crossed, what stands in ignore does not count, privacy is blacked out in ' +
      'everything that leaves the camera.',
  }),
  maskFile: Type.String({
    default: '',
    maxLength: 1000,
    description:
      'Picture of the shape of the camera picture (PNG, JPEG, PGM, BMP): what is black in it is blacked out like privacy; ' +
      'empty: none.',
  }),
});
export type SentinelCameraConfig = Static<typeof SentinelCameraConfig>;

export const RtspInConfig = Type.Object({
  name,
  from: Type.Enum(['camera', 'store'], {
    default: 'camera',
    description:
      'What to watch: one camera of the flow, or every stream of the store (added by the HTTP API) that is to run.',
  }),
  camera: reference('sentinel-camera', 'Camera to watch; needed unless the streams of the store are watched.'),
  site: reference(
    'sentinel-site',
    'Site whose streams of the store are watched; empty means the implicit default site.',
  ),
  width: Type.Integer({
    default: 640,
    minimum: 160,
    maximum: 1920,
    description: 'Width of analysis frames in pixels.',
  }),
  rate: Type.Number({ default: 5, minimum: 0.2, maximum: 15, description: 'Frames a second.' }),
});
export type RtspInConfig = Static<typeof RtspInConfig>;
