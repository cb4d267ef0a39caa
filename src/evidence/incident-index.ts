import type { Kysely, Selectable } from 'kysely';
import type { Database } from '../database/database.ts';
import type { IncidentRow, Tables } from '../database/tables.ts';
import { freePlace } from './incident-place.ts';
import { wordsOf } from './incident-words.ts';

/** So many at a time: whoever waits for the database gets a turn in between. */
const perTurn = 100;

/** Keeps the index in step with the row of an incident, in the transaction that changes it. */
export async function indexIncident(
  transaction: Kysely<Tables>,
  now: Selectable<IncidentRow>,
  before?: Selectable<IncidentRow>,
): Promise<void> {
  if (now.place === null) return;
  const words = wordsOf(now);
  if (before !== undefined && wordsOf(before) === words) return;
  await transaction.insertInto('incident_words').orReplace().values({ rowid: now.place, words }).execute();
}

/** Takes incidents of earlier versions into the index, some at a time. */
export async function indexOlderIncidents({ query }: Database): Promise<void> {
  let indexed = perTurn;
  while (indexed === perTurn) {
    indexed = await query.transaction().execute(async (transaction) => {
      const rows = await transaction
        .selectFrom('incidents')
        .selectAll()
        .where('place', 'is', null)
        .limit(perTurn)
        .execute();
      for (const row of rows) {
        const place = await freePlace(transaction, row.started_at);
        await transaction.updateTable('incidents').set({ place }).where('id', '=', row.id).execute();
        await indexIncident(transaction, { ...row, place });
      }
      return rows.length;
    });
  }
}
