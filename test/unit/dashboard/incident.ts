import type { IncidentSummary } from '../../../src/contracts/api.ts';

/** An incident as the API tells it. */
export function incident(id: string, more: Partial<IncidentSummary> = {}): IncidentSummary {
  return {
    ...{ id, site: 'home', siteName: 'Home', area: 'hall', source: 'entrance', sources: ['entrance'], severity: 3 },
    ...{ label: 'Person', reason: 'person', confidence: 0.8, startedAt: 1000, updatedAt: 1000 },
    ...{ explanation: [], signals: [], evidence: [], review: { state: 'pending' } },
    ...more,
  };
}
