import { sql, type Insertable, type Kysely } from 'kysely';
import type { Incident } from '../contracts/messages.ts';
import { isConflict } from '../database/failures.ts';
import type { MediaRow, Tables } from '../database/tables.ts';
import { togetherAtLast } from '../database/together.ts';
import { indexStatements } from './incident-index.ts';
import { firstPlace } from './incident-place.ts';
import { incidentRow, ruleRows, signalRow } from './incident-rows.ts';
import { SignalInsert, signalLots } from './signal-insert.ts';
import { entriesAfter, incidentLink, linkOf, type ChainHead } from './trust/chain.ts';

const insertSignals = new SignalInsert((insert) => insert);

/**
 * Writes an incident of which nothing is known in one message to the database thread, as nearly all are. It is written as
 * though it were new and as though nothing had been bound into the chain since; where that is not so, the database
 * refuses it by its own constraints, and nothing is written.
 * @param head what ended the chain when it was last written.
 * @param at epoch ms.
 * @returns what ends the chain now; undefined: it has to be written the longer way.
 * @throws SentinelError ES_DATABASE, ES_WORKER_LOST
 */
export async function addIncident(
  query: Kysely<Tables>,
  incident: Incident,
  media: readonly Insertable<MediaRow>[],
  head: ChainHead,
  at: number,
): Promise<ChainHead | undefined> {
  if (incident.phase !== 'start') return undefined;
  const place = firstPlace(incident.startedAt);
  const row = asKept(incidentRow(incident));
  const signals = incident.signals.map((signal) => asKept(signalRow(incident.id, signal)));
  const entries = entriesAfter(head, [incidentLink(row, signals), ...media.map(linkOf.media)], at);
  try {
    await query
      .transaction()
      .execute((transaction) =>
        togetherAtLast(transaction, [
          transaction.insertInto('incidents').values({ ...row, place }),
          transaction
            .insertInto('chain')
            .values(
              entries.map((entry, n) =>
                n === 0 ? { ...entry, kind: kindAfter(transaction, head, entry.kind) } : entry,
              ),
            ),
          ...signalLots(signals).map((lot) => insertSignals.of(transaction, lot)),
          ...(media.length === 0 ? [] : [transaction.insertInto('media').values(media)]),
          ...indexStatements(transaction, { ...row, place, review_state: 'pending' }),
          ...(row.rules_json === null ? [] : [transaction.insertInto('rules_fired').values(ruleRows(incident))]),
        ]),
      );
    return entries.at(-1);
  } catch (error) {
    if (isConflict(error)) return undefined;
    throw error;
  }
}

/** NULL where the chain does not hold what the entry is bound to, which a kind may not be. */
function kindAfter(transaction: Kysely<Tables>, { seq, hash }: ChainHead, kind: string) {
  return transaction
    .selectFrom('chain')
    .select(sql<string>`${kind}`.as('kind'))
    .where('seq', '=', seq)
    .where('hash', '=', hash);
}

/** Half a character, which a text of JavaScript may hold, is no text for the database: it keeps U+FFFD in its place. */
function asKept<Row extends Record<string, string | number | null>>(row: Row): Row {
  const odd = Object.keys(row).filter((column) => isOdd(row[column]));
  if (odd.length === 0) return row;
  return { ...row, ...Object.fromEntries(odd.map((column) => [column, String(row[column]).toWellFormed()])) };
}

function isOdd(value: unknown): boolean {
  return typeof value === 'string' && !value.isWellFormed();
}
