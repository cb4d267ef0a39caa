import { Type } from 'typebox';
import { HealthAnswer } from '../../contracts/health.ts';
import type { Route } from './route.ts';

export const systemRoutes = {
  readHealth: {
    ...{ method: 'GET', path: '/api/v1/health', also: ['/health'], group: 'System', needs: 'nobody' },
    summary: 'Whether all is well; who is logged in learns of sources, models, outbox and database of every site.',
    answers: { 200: { description: 'ok or degraded.', schema: HealthAnswer } },
  },
  readMetrics: {
    ...{ method: 'GET', path: '/metrics', group: 'System', needs: 'viewer' },
    summary: 'Counters and histograms as Prometheus reads them.',
    answers: {
      200: { description: 'Text exposition.', schema: Type.String(), type: 'text/plain; version=0.0.4; charset=utf-8' },
    },
  },
  readOpenApi: {
    ...{ method: 'GET', path: '/api/v1/openapi.json', group: 'System', needs: 'viewer' },
    summary: 'This description of the API: OpenAPI 3.1.',
    answers: { 200: { description: 'The document.', schema: Type.Object({ openapi: Type.Literal('3.1.0') }) } },
  },
  readApiPage: {
    ...{ method: 'GET', path: '/api/v1/docs', group: 'System', needs: 'viewer' },
    summary: 'The same as a page for people.',
    answers: { 200: { description: 'A page.', type: 'text/html; charset=utf-8' } },
  },
} as const satisfies Record<string, Route>;
