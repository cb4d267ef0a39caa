import type { Kysely } from 'kysely';
import type { HeldIncident } from '../../contracts/site-care.ts';
import type { Tables } from '../../database/tables.ts';

/** A person reads these. */
const mostListed = 100;

/** How many incidents nobody may delete, and the newest of them. @throws SentinelError ES_DATABASE, ES_WORKER_LOST */
export async function heldIncidents(query: Kysely<Tables>): Promise<{ held: number; holds: HeldIncident[] }> {
  const { held } = await query
    .selectFrom('incidents')
    .select(({ fn }) => fn.countAll<number>().as('held'))
    .where('held', '=', 1)
    .executeTakeFirstOrThrow();
  const rows = await query
    .selectFrom('incidents')
    .select(['id', 'label', 'area', 'started_at'])
    .select((on) => [
      on
        .selectFrom('media')
        .select(({ fn }) => fn.countAll<number>().as('n'))
        .whereRef('incident_id', '=', 'incidents.id')
        .as('files'),
      on
        .selectFrom('media')
        .select(({ fn }) => fn.sum<number | null>('bytes').as('n'))
        .whereRef('incident_id', '=', 'incidents.id')
        .as('bytes'),
    ])
    .where('held', '=', 1)
    .orderBy('started_at', 'desc')
    .orderBy('id')
    .limit(mostListed)
    .execute();
  const ids = rows.map(({ id }) => id);
  const said = await query
    .selectFrom('reviews')
    .select(['incident_id', 'by', 'created_at'])
    .where('incident_id', 'in', ids)
    .where('action', '=', 'hold')
    .orderBy('seq')
    .execute();
  // The last of each.
  const holders = new Map(said.map((row) => [row.incident_id, { by: row.by, at: row.created_at }]));
  const holds = rows.map(({ id, label, area, started_at: startedAt, files, bytes }) => {
    return { incidentId: id, label, area, startedAt, files: files ?? 0, bytes: bytes ?? 0, ...holders.get(id) };
  });
  return { held, holds };
}
