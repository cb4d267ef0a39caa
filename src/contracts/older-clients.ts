import { Type, type Static } from 'typebox';
import { FollowedAlert } from './alert-outcomes.ts';
import { IncidentQuery, pageLimits } from './api.ts';
import { nameLimit, Severity, streamStatuses } from './messages.ts';

/** What clients of two earlier systems speak; their events and alerts are our incidents. Times of theirs are ISO 8601 or seconds. */

export const eventStatuses = ['pending', 'confirmed', 'dismissed'] as const;
export type EventStatus = (typeof eventStatuses)[number];

const isoTime = Type.String({ description: 'ISO 8601, UTC.' });

/** An event of ViolenceSense. */
export const ViolenceEvent = Type.Object({
  id: Type.String(),
  stream_id: Type.String({ description: 'The camera: id of a stream, or name of a camera of a flow.' }),
  site: Type.String(),
  location: Type.String({ description: 'The area.' }),
  start_time: isoTime,
  end_time: Type.Optional(isoTime),
  violence_score: Type.Number({ minimum: 0, maximum: 1, description: 'How sure it is, whatever was seen or heard.' }),
  severity: Severity,
  label: Type.String(),
  reason: Type.String(),
  status: Type.Enum(eventStatuses, { description: 'pending until somebody confirms or dismisses it.' }),
  reviewed_by: Type.Optional(Type.String()),
  reviewed_at: Type.Optional(isoTime),
  clip_path: Type.Optional(Type.String({ description: 'Below the place of the API; absent while there is no clip.' })),
  snapshot_path: Type.Optional(Type.String()),
  simulated: Type.Boolean({ description: 'Made by a test.' }),
});
export type ViolenceEvent = Static<typeof ViolenceEvent>;

/** An event that a test has asked for. */
export const SimulatedEvent = Type.Object({
  ...ViolenceEvent.properties,
  alert: Type.Optional(FollowedAlert),
});
export type SimulatedEvent = Static<typeof SimulatedEvent>;

export const EventPage = Type.Object({
  events: Type.Array(ViolenceEvent, { description: 'Newest first.' }),
  next: Type.Optional(Type.String({ description: '`before` of the next page; absent on the last one.' })),
});
export type EventPage = Static<typeof EventPage>;

const { limit, before, site, from, to, minimumSeverity } = IncidentQuery.properties;
const stream = Type.String({
  minLength: 1,
  maxLength: nameLimit,
  description: 'Events that this camera took part in.',
});

/** Parameters of `GET /events/pending`. */
export const PendingQuery = Type.Object({ limit, before, site, minimumSeverity, stream_id: Type.Optional(stream) });

/** Parameters of `GET /events`. */
export const EventQuery = Type.Object({
  ...PendingQuery.properties,
  ...{ from, to },
  status: Type.Optional(Type.Enum(eventStatuses)),
});

/** Body of confirm and dismiss; it may be left out. */
export const EventVerdict = Type.Object({ note: Type.Optional(Type.String({ maxLength: 2000 })) });

/** Seconds that the answer of a test waits for the channels. */
export const simulateWait = { usual: 10, most: 30 } as const;
export const SimulateQuery = Type.Object({
  stream_id: stream,
  alert: Type.Optional(
    Type.Enum(['true', 'false'], {
      description:
        'true: it goes the way of a real one, as severity 2, and people are told; `alert` of the answer says what became of that.',
    }),
  ),
  wait: Type.Optional(
    Type.Integer({
      ...{ minimum: 0, maximum: simulateWait.most, default: simulateWait.usual },
      description: 'With `alert=true`: so many seconds at most the answer waits for the messages to people.',
    }),
  ),
});

const told = {
  seq: Type.Integer({ minimum: 1, description: 'For `since` of the next connection.' }),
  time: isoTime,
  stream_id: Type.String(),
  site: Type.String(),
};
const ofEvent = { ...told, event_id: Type.String() };

/** What the WebSocket of ViolenceSense tells, after a `LiveHello`. */
export const EventMessage = Type.Union([
  Type.Object({ type: Type.Literal('event_start'), ...ofEvent, severity: Severity, label: Type.String() }),
  Type.Object({ type: Type.Literal('inference_result'), ...ofEvent, violence_score: Type.Number() }),
  Type.Object(
    { type: Type.Literal('event_end'), ...ofEvent, clip_path: Type.Optional(Type.String()) },
    { description: 'Once when it is over, and once more when its clip comes later.' },
  ),
  Type.Object({ type: Type.Literal('stream_status'), ...told, status: Type.Enum(streamStatuses) }),
]);
export type EventMessage = Static<typeof EventMessage>;

/** A row of EchoSight's list of alerts. */
export const AlertRow = Type.Object({
  id: Type.String(),
  ts: Type.Number({ description: 'When it began, in seconds since 1970.' }),
  site: Type.String(),
  area: Type.String(),
  source: Type.String(),
  severity: Severity,
  reason: Type.String(),
  ack: Type.Boolean({ description: 'Whether anybody has acknowledged or judged it.' }),
  snapshot: Type.Optional(Type.String({ description: 'Path below the place of the API.' })),
  audio: Type.Optional(Type.String({ description: 'Path below the place of the API.' })),
});
export type AlertRow = Static<typeof AlertRow>;

export const AlertPage = Type.Object({
  alerts: Type.Array(AlertRow, { description: 'Newest first.' }),
  next: Type.Optional(Type.String()),
});
export type AlertPage = Static<typeof AlertPage>;

/** Parameters of `GET /alerts`. */
export const AlertQuery = Type.Object({
  severity: Type.Optional(Severity),
  site,
  before,
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: pageLimits.most, default: pageLimits.usual })),
});

export const Acknowledged = Type.Object({ ok: Type.Literal(true) });
