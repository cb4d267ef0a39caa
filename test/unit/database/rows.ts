import type { Insertable } from 'kysely';
import type { IncidentRow, OutboxRow } from '../../../src/database/tables.ts';

const at = 1_700_000_000_000;

export function incidentRow(fields: Partial<Insertable<IncidentRow>> = {}): Insertable<IncidentRow> {
  return {
    id: 'incident-1',
    site: 'home',
    area: 'shop',
    source: 'front',
    seq: 0,
    severity: 3,
    label: 'Person and breaking glass',
    reason: 'person+glass_break',
    confidence: 0.9,
    started_at: at,
    updated_at: at,
    ended_at: null,
    explanation_json: '[]',
    sources_json: '["front"]',
    areas_json: null,
    rules_json: null,
    place: null,
    review_state: 'pending',
    held: 0,
    ...fields,
  };
}

export function outboxRow(fields: Partial<Insertable<OutboxRow>> = {}): Insertable<OutboxRow> {
  return {
    id: 'row-1',
    alert_id: 'alert-1',
    incident_id: 'incident-1',
    site: 'home',
    area: 'shop',
    source: 'front',
    reason: 'person+glass_break',
    severity: 3,
    channel: 'whatsapp',
    account: 'account-1',
    node: 'node-1',
    recipient: '15550100',
    part: 'text',
    sequence: 0,
    depends_on: null,
    body: 'Person and breaking glass',
    media: null,
    media_id: null,
    state: 'queued',
    attempts: 0,
    next_at: at,
    late_at: null,
    deadline: at + 600_000,
    provider_id: null,
    error_json: null,
    maybe_duplicate: 0,
    created_at: at,
    updated_at: at,
    accepted_at: null,
    receipt: null,
    ...fields,
  };
}
