import type { OutboxRow } from '../database/tables.ts';

/**
 * queued: waits for its time. sending: an attempt is under way. unknown: an attempt may have succeeded.
 * accepted, failed, expired: over.
 */
export type OutboxState = 'queued' | 'sending' | 'unknown' | 'accepted' | 'failed' | 'expired';
export type Part = 'text' | 'image';

/** How far back the limits of a channel for one person look. */
export const rateMemoryMs = 3_600_000;

export const waiting: OutboxState[] = ['queued', 'unknown'];
export const unfinished: OutboxState[] = [...waiting, 'sending'];

/** A row without its picture, which is read only when it is uploaded. */
export type Outgoing = Omit<OutboxRow, 'media'>;

/** The columns of an `Outgoing`. */
export const outgoing = [
  'id',
  'alert_id',
  'incident_id',
  'site',
  'area',
  'source',
  'reason',
  'severity',
  'channel',
  'account',
  'node',
  'recipient',
  'part',
  'sequence',
  'depends_on',
  'body',
  'media_id',
  'state',
  'attempts',
  'next_at',
  'late_at',
  'deadline',
  'provider_id',
  'error_json',
  'maybe_duplicate',
  'created_at',
  'updated_at',
  'accepted_at',
] as const satisfies readonly (keyof Outgoing)[];
