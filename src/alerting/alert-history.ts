import type { Incident } from '../contracts/messages.ts';
import type { Database } from '../database/database.ts';
import { cooldownScope, type AlertHistory } from './policy.ts';

/**
 * What the earlier alerts of one node say about a new one. An alert that expired does not count: the next
 * update may try again.
 * @throws SentinelError ES_DATABASE
 */
export async function alertHistory(
  database: Database,
  sender: { account: string; node: string },
  incident: Incident,
  cooldownMs: number,
  now: number,
): Promise<AlertHistory & { nextSequence: number }> {
  const { id, area, reason } = incident;
  const texts = database.query
    .selectFrom('outbox')
    .where((row) => row.and(sender))
    .where('part', '=', 'text');
  const ofIncident = await texts
    .select(({ fn }) => [
      fn.max('sequence').as('sequence'),
      fn
        .max('severity')
        .filterWhere('state', '!=', 'expired')
        .filterWhere('reason', '=', reason)
        .filterWhere('area', '=', area)
        .as('severity'),
    ])
    .where('incident_id', '=', id)
    .executeTakeFirstOrThrow();
  const ofReason = await texts
    .select(({ fn }) => fn.max('severity').as('severity'))
    .where((row) => row.and(cooldownScope(incident)))
    // After a step of the clock back, what lies in the future counts for nothing. What is held back was not told yet, but once is enough.
    .where((row) =>
      row.or([
        row.between('accepted_at', now - cooldownMs, now),
        row.and([row('hold', 'in', ['quiet', 'snooze']), row.between('created_at', now - cooldownMs, now)]),
      ]),
    )
    .executeTakeFirstOrThrow();
  // Aggregates of no rows are null, whatever their type says.
  const { sequence, severity } = ofIncident as { sequence: number | null; severity: number | null };
  const recent = ofReason as { severity: number | null };
  return {
    alerted: severity ?? undefined,
    recent: cooldownMs > 0 ? (recent.severity ?? undefined) : undefined,
    nextSequence: (sequence ?? -1) + 1,
  };
}
