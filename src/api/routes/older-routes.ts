import {
  Acknowledged,
  AlertPage,
  AlertQuery,
  EventPage,
  EventQuery,
  EventVerdict,
  PendingQuery,
  SimulatedEvent,
  SimulateQuery,
  ViolenceEvent,
} from '../../contracts/older-clients.ts';
import { ClipName, NamedId } from './parts.ts';
import type { Route } from './route.ts';

/** What clients of ViolenceSense ask. */
export const eventRoutes = {
  listEvents: {
    ...{ method: 'GET', path: '/api/v1/events', group: 'ViolenceSense', needs: 'viewer' },
    summary: 'Incidents as events, newest first.',
    query: EventQuery,
    answers: { 200: { description: 'One page.', schema: EventPage } },
    problems: [503],
  },
  listPendingEvents: {
    ...{ method: 'GET', path: '/api/v1/events/pending', group: 'ViolenceSense', needs: 'viewer' },
    summary: 'Events that nobody has confirmed or dismissed.',
    query: PendingQuery,
    answers: { 200: { description: 'One page.', schema: EventPage } },
    problems: [503],
  },
  readEvent: {
    ...{ method: 'GET', path: '/api/v1/events/{event}', group: 'ViolenceSense', needs: 'viewer' },
    summary: 'One event.',
    parts: { event: NamedId },
    answers: { 200: { description: 'As it stands now.', schema: ViolenceEvent } },
    problems: [503],
  },
  confirmEvent: {
    ...{ method: 'POST', path: '/api/v1/events/{event}/confirm', group: 'ViolenceSense', needs: 'operator' },
    summary: 'Confirms an event; saying it again changes nothing.',
    parts: { event: NamedId },
    body: { schema: EventVerdict, optional: true },
    answers: { 200: { description: 'As it stands now.', schema: ViolenceEvent } },
    problems: [422, 503],
  },
  dismissEvent: {
    ...{ method: 'POST', path: '/api/v1/events/{event}/dismiss', group: 'ViolenceSense', needs: 'operator' },
    summary: 'Dismisses an event; saying it again changes nothing.',
    parts: { event: NamedId },
    body: { schema: EventVerdict, optional: true },
    answers: { 200: { description: 'As it stands now.', schema: ViolenceEvent } },
    problems: [422, 503],
  },
  readClip: {
    ...{ method: 'GET', path: '/api/v1/clips/{clip}', group: 'ViolenceSense', needs: 'viewer' },
    summary: 'The video of an event, by its id and not by the name of a file. One byte range works.',
    parts: { clip: ClipName },
    answers: {
      200: { description: 'The video.', type: 'video/mp4' },
      206: { description: 'A part of it.', type: 'video/mp4' },
      304: { description: 'Still the one of If-None-Match.' },
    },
    problems: [416, 503],
  },
  simulateEvent: {
    ...{ method: 'POST', path: '/api/v1/test/simulate-event', group: 'ViolenceSense', needs: 'admin' },
    summary:
      'Writes down an event for a test; nobody is told unless it asks for that. Not there (404) unless ECHOSIGHT_TEST_ROUTES is 1.',
    query: SimulateQuery,
    answers: { 201: { description: 'The event, and what became of its alert.', schema: SimulatedEvent } },
    problems: [404, 409, 503],
  },
} as const satisfies Record<string, Route>;

/** What clients of the first EchoSight ask. */
export const alertRoutes = {
  listAlerts: {
    ...{ method: 'GET', path: '/alerts', group: 'EchoSight', needs: 'viewer' },
    summary: 'Incidents as alerts, newest first.',
    query: AlertQuery,
    answers: { 200: { description: 'One page.', schema: AlertPage } },
    problems: [503],
  },
  acknowledgeAlert: {
    ...{ method: 'POST', path: '/ack/{alert}', group: 'EchoSight', needs: 'operator' },
    summary: 'Acknowledges an alert by its id; saying it again changes nothing.',
    parts: { alert: NamedId },
    answers: { 200: { description: 'It is acknowledged.', schema: Acknowledged } },
    problems: [503],
  },
} as const satisfies Record<string, Route>;
