import { Type } from 'typebox';
import { HealthReport } from '../../contracts/health.ts';
import type { Route } from './route.ts';

export const systemRoutes = {
  readHealth: {
    ...{ method: 'GET', path: '/api/v1/health', group: 'System', needs: 'viewer' },
    summary: 'Whether all is well: sources, models, outbox and database of every site.',
    answers: { 200: { description: 'ok or degraded.', schema: HealthReport } },
  },
  readMetrics: {
    ...{ method: 'GET', path: '/metrics', group: 'System', needs: 'viewer' },
    summary: 'Counters and histograms as Prometheus reads them.',
    answers: {
      200: { description: 'Text exposition.', schema: Type.String(), type: 'text/plain; version=0.0.4; charset=utf-8' },
    },
  },
} as const satisfies Record<string, Route>;
