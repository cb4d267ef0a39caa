import { sql, type Kysely } from 'kysely';
import type { ToldAlert, ToldState } from '../contracts/course.ts';
import type { Tables } from '../database/tables.ts';
import type { OutboxState } from './outbox-row.ts';

const toldAs: Readonly<Record<OutboxState, ToldState>> = {
  queued: 'waiting',
  sending: 'waiting',
  unknown: 'waiting',
  accepted: 'sent',
  failed: 'failed',
  expired: 'failed',
  cancelled: 'needless',
};

/** The alerts of an incident, oldest first: how many people of which channel, never who. @param most how many at most */
export async function toldAlerts(query: Kysely<Tables>, incidentId: string, most: number): Promise<ToldAlert[]> {
  const rows = await query
    .selectFrom('outbox')
    .select(({ fn }) => [
      ...(['channel', 'state', 'sequence'] as const),
      fn.max('severity').as('severity'),
      fn.count<number>('recipient').distinct().as('people'),
      sql<number>`min(coalesce(accepted_at, updated_at))`.as('at'),
    ])
    .where('incident_id', '=', incidentId)
    .where('part', '=', 'text')
    .groupBy(['channel', 'state', 'sequence'])
    .orderBy('at')
    .limit(most)
    .execute();
  const first = Math.min(...rows.map(({ sequence }) => sequence));
  return rows.map(({ at, channel, state, people, severity, sequence }) => ({
    ...{ at, channel, state: toldAs[state as OutboxState], people, severity },
    escalation: sequence > first,
  }));
}
