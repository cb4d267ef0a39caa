import type { Kysely, Selectable } from 'kysely';
import type { IncidentRow, Tables } from '../database/tables.ts';
import { wordsOf, type Described } from './incident-words.ts';

/** Keeps the index in step with the row of an incident, in the transaction that changes it. */
export async function indexIncident(
  transaction: Kysely<Tables>,
  now: Selectable<IncidentRow>,
  before?: Selectable<IncidentRow>,
): Promise<void> {
  for (const statement of indexStatements(transaction, now, before)) await statement.execute();
}

/** What has to be written so that the index says what the row says; nothing when it does already. */
export function indexStatements(
  transaction: Kysely<Tables>,
  now: Described & Pick<Selectable<IncidentRow>, 'place'>,
  before?: Described,
) {
  if (now.place === null) return [];
  const words = wordsOf(now);
  if (before !== undefined && wordsOf(before) === words) return [];
  return [transaction.insertInto('incident_words').orReplace().values({ rowid: now.place, words })];
}
