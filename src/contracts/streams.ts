import { Type, type Static } from 'typebox';
import { listPaging, listQuery } from './list-paging.ts';
import { Value } from 'typebox/value';
import { SentinelCameraConfig } from './configs/camera.ts';
import { sourceName } from './configs/fields.ts';
import { streamStatuses } from './messages.ts';

/**
 * Streams: what ViolenceSense calls its cameras. Those that the API adds live in the store, their addresses encrypted; those of a flow are
 * read here and changed in the editor.
 */

export const streamTypes = ['rtsp', 'webcam', 'demo'] as const;
export type StreamType = (typeof streamTypes)[number];

/** So many streams of one site are kept: each that runs is a program of its own. */
export const mostStreams = 32;

const { transport, audio, ring, tamper, captureDelayMs, zones } = SentinelCameraConfig.properties;
const isoTime = (description: string) => Type.String({ description: `${description}, ISO 8601, UTC.` });
const closed = { additionalProperties: false } as const;

const settings = { transport, audio, ring, tamper, capture_delay_ms: captureDelayMs, zones };
/** Of the settings of a camera, those that a stream has too. */
export const StreamSettings = Type.Object(settings);
export type StreamSettings = Static<typeof StreamSettings>;

/** What holds where nothing is said. */
export const usualSettings = Value.Default(StreamSettings, {}) as StreamSettings;

const name = Type.String({ minLength: 1, maxLength: 64, pattern: '\\S', description: 'Name for people.' });
const url = Type.String({
  minLength: 1,
  maxLength: 2048,
  description:
    'rtsp(s)://, rtmp:// or http(s):// address, go2rtc:NAME, the number of a webcam (0), or sample:intruder.',
});
const location = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '\\S',
  description: 'The area: signals of one area are fused.',
});
const autoStart = Type.Boolean({ description: 'Whether it is to run, also after a restart; start and stop set it.' });
const site = Type.String({ minLength: 1, maxLength: 64, description: 'Id of a site, where several are open.' });

const changeable = {
  location: Type.Optional(location),
  stream_type: Type.Optional(
    Type.Enum([...streamTypes], {
      description: 'rtsp: any address of the network; webcam: one of this machine. Without it the address says.',
    }),
  ),
  username: Type.Optional(Type.String({ maxLength: 256, description: 'Instead of one in the address.' })),
  password: Type.Optional(Type.String({ maxLength: 256 })),
  auto_start: Type.Optional(autoStart),
  transport: Type.Optional(transport),
  audio: Type.Optional(audio),
  ring: Type.Optional(ring),
  tamper: Type.Optional(tamper),
  capture_delay_ms: Type.Optional(captureDelayMs),
  zones: Type.Optional(zones),
};

/** What is wanted of a new stream; its location is `home`, and it runs, where nothing else is said. */
export const StreamRequest = Type.Object(
  {
    name,
    url,
    id: Type.Optional(
      Type.String({
        pattern: sourceName,
        description: 'Its name in alerts and topics, which it keeps; without it made of the name for people.',
      }),
    ),
    site: Type.Optional(site),
    ...changeable,
  },
  closed,
);
export type StreamRequest = Static<typeof StreamRequest>;

/** What is to change of a stream; what is absent stays. An address as it was shown means the stored one. */
export const StreamChange = Type.Object({ name: Type.Optional(name), url: Type.Optional(url), ...changeable }, closed);
export type StreamChange = Static<typeof StreamChange>;

/** A stream as everybody who may see it sees it. */
export const Stream = Type.Object({
  id: Type.String({ description: 'Name of the camera; `stream_id` of its events.' }),
  name: Type.String(),
  site: Type.String(),
  site_name: Type.String(),
  location: Type.String({ description: 'The area.' }),
  read_only: Type.Boolean({ description: 'A camera of the flow: it is changed in the editor.' }),
  url: Type.Optional(
    Type.String({
      description: '*** stands for user and password, and for other secrets; absent of a camera of the flow.',
    }),
  ),
  stream_type: Type.Optional(Type.Enum([...streamTypes])),
  auto_start: Type.Boolean({ description: 'Whether it is to run, also after a restart.' }),
  status: Type.Enum(streamStatuses, { description: 'idle also where no rtsp-in runs the streams of the store.' }),
  detail: Type.String({ description: 'The status in words for people.' }),
  since: Type.Optional(isoTime('Last change of the status')),
  fault: Type.Optional(
    Type.Object(
      { code: Type.String({ description: 'Such as ES_STREAM_ADDRESS_LOST.' }), message: Type.String() },
      { description: 'Why it cannot run before somebody changes it.' },
    ),
  ),
  settings: Type.Optional(StreamSettings),
  created_at: Type.Optional(isoTime('When it was added')),
  updated_at: Type.Optional(isoTime('When it was changed last')),
});
export type Stream = Static<typeof Stream>;

/** In the order of sites and names. */
export const StreamList = Type.Object({ streams: Type.Array(Stream), ...listPaging });
export type StreamList = Static<typeof StreamList>;

/** Parameters of what is said of one stream. */
export const StreamQuery = Type.Object({ site: Type.Optional(site) });
/** Parameters of the list. */
export const StreamListQuery = Type.Object({ ...StreamQuery.properties, ...listQuery });
