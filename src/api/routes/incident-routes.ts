import {
  IncidentPage,
  IncidentQuery,
  IncidentSummary,
  MediaPage,
  PartsQuery,
  PreparedExport,
  ReviewRecord,
  ReviewRequest,
  SignalPage,
} from '../../contracts/api.ts';
import { IncidentCourse } from '../../contracts/course.ts';
import { IncidentStatistics, StatisticsQuery } from '../../contracts/statistics.ts';
import { NamedId, OpaqueId, SecretPart } from './parts.ts';
import type { Route } from './route.ts';

export const incidentRoutes = {
  listIncidents: {
    ...{ method: 'GET', path: '/api/v1/incidents', group: 'Incidents', needs: 'viewer' },
    summary: 'Incidents of all sites, newest first.',
    query: IncidentQuery,
    answers: { 200: { description: 'One page.', schema: IncidentPage } },
    problems: [503],
  },
  readIncident: {
    ...{ method: 'GET', path: '/api/v1/incidents/{incident}', group: 'Incidents', needs: 'viewer' },
    summary: 'One incident, whole.',
    parts: { incident: NamedId },
    answers: { 200: { description: 'As it stands now.', schema: IncidentSummary } },
    problems: [503],
  },
  listIncidentSignals: {
    ...{ method: 'GET', path: '/api/v1/incidents/{incident}/signals', group: 'Incidents', needs: 'viewer' },
    summary: 'What was seen, heard and told, of one incident.',
    parts: { incident: NamedId },
    query: PartsQuery,
    answers: { 200: { description: 'One page.', schema: SignalPage } },
    problems: [503],
  },
  listIncidentMedia: {
    ...{ method: 'GET', path: '/api/v1/incidents/{incident}/media', group: 'Incidents', needs: 'viewer' },
    summary: 'The files of one incident, oldest first; each is at /api/v1/evidence.',
    parts: { incident: NamedId },
    query: PartsQuery,
    answers: { 200: { description: 'One page.', schema: MediaPage } },
    problems: [503],
  },
  readIncidentCourse: {
    ...{ method: 'GET', path: '/api/v1/incidents/{incident}/course', group: 'Incidents', needs: 'viewer' },
    summary: 'What was done about one incident: alerts that were sent, and what people said.',
    parts: { incident: NamedId },
    answers: { 200: { description: 'The first 200 of each, oldest first.', schema: IncidentCourse } },
    problems: [503],
  },
  reviewIncident: {
    ...{ method: 'POST', path: '/api/v1/incidents/{incident}/reviews', group: 'Incidents', needs: 'operator' },
    summary: 'Acknowledges, confirms or dismisses an incident, or notes something.',
    parts: { incident: NamedId },
    body: { schema: ReviewRequest },
    answers: {
      200: { description: 'It stands so already.', schema: ReviewRecord },
      201: { description: 'It is written down.', schema: ReviewRecord },
    },
    guarded: true,
    problems: [422],
  },
  exportIncident: {
    ...{ method: 'POST', path: '/api/v1/incidents/{incident}/export', group: 'Incidents', needs: 'operator' },
    summary: 'An incident to take away: files, rows, a page to read, and what proves them (echosight evidence verify).',
    parts: { incident: NamedId },
    answers: { 200: { description: 'A zip file, as an attachment.', type: 'application/zip' } },
    problems: [503, 507],
  },
  prepareExport: {
    ...{ method: 'POST', path: '/api/v1/incidents/{incident}/exports', group: 'Incidents', needs: 'operator' },
    summary: 'The same, made for a link: pages lead the browser to it, and hold nothing of it.',
    parts: { incident: NamedId },
    answers: { 201: { description: 'It waits for a minute.', schema: PreparedExport } },
    problems: [503, 507],
  },
  readExport: {
    ...{ method: 'GET', path: '/api/v1/exports/{export}', group: 'Incidents', needs: 'operator' },
    summary: 'An export that was made for a link; once, for the caller who had it made.',
    parts: { export: SecretPart },
    answers: { 200: { description: 'A zip file, as an attachment.', type: 'application/zip' } },
  },
  readStatistics: {
    ...{ method: 'GET', path: '/api/v1/statistics', group: 'Incidents', needs: 'viewer' },
    summary: 'How incidents spread over time, reasons and sources, and how people answered.',
    query: StatisticsQuery,
    answers: { 200: { description: 'Of the incidents that began in the span.', schema: IncidentStatistics } },
    problems: [400, 503],
  },
  readEvidence: {
    ...{ method: 'GET', path: '/api/v1/evidence/{evidence}', group: 'Incidents', needs: 'viewer' },
    summary: 'A file of an incident: picture, sound or video. One byte range works.',
    parts: { evidence: OpaqueId },
    answers: {
      200: { description: 'The file.', type: '*/*' },
      206: { description: 'A part of it.', type: '*/*' },
      304: { description: 'Still the one of If-None-Match.' },
    },
    problems: [416, 503],
  },
} as const satisfies Record<string, Route>;
