import type { Incident } from '../../../src/contracts/messages.ts';

const at = 1_700_000_000_000;

/** The incident that the tests tell people about. */
export function incident(fields: Partial<Incident> = {}): Incident {
  return {
    v: 1,
    kind: 'incident',
    site: 'home',
    area: 'shop',
    source: 'front',
    capturedAt: at,
    id: 'incident-1',
    phase: 'start',
    severity: 3,
    label: 'Person and breaking glass',
    reason: 'person+glass_break',
    confidence: 0.87,
    sources: ['front', 'yard'],
    signals: [],
    startedAt: at,
    updatedAt: at + 5000,
    explanation: ['A person was seen by front (0.87).', 'Breaking glass was heard by front (0.93).'],
    ...fields,
  };
}
