import type { Kysely, Selectable } from 'kysely';
import type { Database } from '../database/database.ts';
import type { IncidentRow, Tables } from '../database/tables.ts';
import { indexIncident } from './incident-index.ts';
import { freePlace } from './incident-place.ts';
import { appendToChain, incidentLinks, linkOf } from './trust/chain.ts';

/** So many at a time: whoever waits for the database gets a turn in between. */
const perTurn = 50;

/** Takes incidents of earlier versions into the index and the chain, some at a time. @param at epoch ms. */
export async function enrolOlderIncidents({ query }: Database, at: number): Promise<void> {
  let enrolled = perTurn;
  while (enrolled === perTurn) {
    enrolled = await query.transaction().execute(async (transaction) => {
      const rows = await transaction
        .selectFrom('incidents')
        .selectAll()
        .where('place', 'is', null)
        .limit(perTurn)
        .execute();
      for (const row of rows) await index(transaction, row);
      await bind(
        transaction,
        rows.map(({ id }) => id),
        at,
      );
      return rows.length;
    });
  }
}

async function index(transaction: Kysely<Tables>, row: Selectable<IncidentRow>): Promise<void> {
  const place = await freePlace(transaction, row.started_at);
  await transaction.updateTable('incidents').set({ place }).where('id', '=', row.id).execute();
  await indexIncident(transaction, { ...row, place });
}

async function bind(transaction: Kysely<Tables>, ids: readonly string[], at: number): Promise<void> {
  if (ids.length === 0) return;
  const bound = await transaction.selectFrom('chain').select('subject').where('incident_id', 'in', ids).execute();
  const known = new Set(bound.map(({ subject }) => subject));
  const media = await transaction.selectFrom('media').selectAll().where('incident_id', 'in', ids).execute();
  const reviews = await transaction.selectFrom('reviews').selectAll().where('incident_id', 'in', ids).execute();
  const links = [...(await incidentLinks(transaction, ids)), ...media.map(linkOf.media), ...reviews.map(linkOf.review)];
  const missing = links.filter(({ subject }) => !known.has(subject));
  await appendToChain(transaction, missing, at);
}
