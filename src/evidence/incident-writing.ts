import type { Insertable, Kysely, Selectable, Transaction } from 'kysely';
import { SentinelError } from '../contracts/errors.ts';
import type { Incident } from '../contracts/messages.ts';
import type { IncidentRow, MediaRow, Tables } from '../database/tables.ts';
import { together, togetherAfter, togetherAtLast } from '../database/together.ts';
import { indexStatements } from './incident-index.ts';
import { freePlace } from './incident-place.ts';
import { incidentRow, ruleRows, signalRow, type WrittenRow } from './incident-rows.ts';
import { addIncident } from './new-incident.ts';
import { SignalInsert, signalLots } from './signal-insert.ts';
import { chainHead, entriesAfter, incidentLink, linkOf, type ChainHead } from './trust/chain.ts';

/** There is one row of these in an incident. */
const signalKey = ['incident_id', 'kind', 'label', 'source'] as const;

/** Writes incidents down, one after the other, each bound into the chain by the transaction that writes it. */
export class IncidentWriting {
  readonly #query: Kysely<Tables>;
  /** What this process wrote last into the chain: others may have written since. */
  #head: ChainHead | undefined;

  constructor(query: Kysely<Tables>) {
    this.#query = query;
  }

  /**
   * Writes what is known of an incident: its row, its signals, its media. Messages may arrive twice or out of order,
   * so an older one (by `seq`, then by `updatedAt` for those made by hand) never overwrites a newer one, and nothing
   * that was written is taken away. What stands then is bound into the chain.
   * @param at epoch ms.
   * @throws SentinelError ES_DATABASE, ES_WORKER_LOST; nothing of it is written then.
   */
  async write(incident: Incident, media: readonly Insertable<MediaRow>[], at: number): Promise<void> {
    const head = this.#head;
    this.#head = undefined;
    const added = head && (await addIncident(this.#query, incident, media, head, at));
    this.#head =
      added ??
      (await this.#query.transaction().execute((transaction) => mergeIncident(transaction, incident, media, at)));
  }
}

/** @returns what ends the chain now. */
async function mergeIncident(
  transaction: Transaction<Tables>,
  incident: Incident,
  media: readonly Insertable<MediaRow>[],
  at: number,
): Promise<ChainHead | undefined> {
  const { id } = incident;
  const ofIncident = transaction.selectFrom('incidents').selectAll().where('id', '=', id);
  const [[before], [head]] = await together(transaction, [ofIncident, chainHead(transaction)]);
  const row = incidentRow(incident, before);
  const isNewer = before === undefined || isAfter(row, before);
  const place = before === undefined ? await freePlace(transaction, incident.startedAt) : before.place;
  const signals = isNewer ? overwriteSignals : addSignals;
  const lots = signalLots(incident.signals.map((signal) => signalRow(id, signal)));
  // What stands is read back: it is vouched for as the database keeps it.
  const [[now], standing] = await togetherAfter(
    transaction,
    [
      ...(isNewer ? [overwriteIncident(transaction, { ...row, place })] : []),
      ...lots.map((lot) => signals.of(transaction, lot)),
      ...(media.length === 0 ? [] : [transaction.insertInto('media').values(media)]),
    ],
    [ofIncident, transaction.selectFrom('signals').selectAll().where('incident_id', '=', id)],
  );
  if (now === undefined) throw new SentinelError('ES_DATABASE', 'The database did not keep the row of an incident.');
  const entries = entriesAfter(head, [incidentLink(now, standing), ...media.map(linkOf.media)], at);
  await togetherAtLast(transaction, [
    ...(isNewer ? indexStatements(transaction, now, before) : []),
    ...(now.rules_json === (before?.rules_json ?? null) ? [] : [putRules(transaction, incident)]),
    transaction.insertInto('chain').values(entries),
  ]);
  return entries.at(-1);
}

/** Messages are ordered by `seq`, and those made by hand by their time. */
function isAfter(row: WrittenRow, before: Selectable<IncidentRow>): boolean {
  return row.seq === before.seq ? row.updated_at >= before.updated_at : row.seq > before.seq;
}

function overwriteIncident(transaction: Transaction<Tables>, row: Insertable<IncidentRow>) {
  return transaction
    .insertInto('incidents')
    .values(row)
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((column) => ({
        seq: column.ref('excluded.seq'),
        area: column.ref('excluded.area'),
        severity: column.fn<number>('max', ['excluded.severity', 'incidents.severity']),
        label: column.ref('excluded.label'),
        reason: column.ref('excluded.reason'),
        confidence: column.ref('excluded.confidence'),
        updated_at: column.ref('excluded.updated_at'),
        ended_at: column.ref('excluded.ended_at'),
        explanation_json: column.ref('excluded.explanation_json'),
        sources_json: column.ref('excluded.sources_json'),
        areas_json: column.ref('excluded.areas_json'),
        rules_json: column.ref('excluded.rules_json'),
      })),
    );
}

/** What stands of a signal stays. */
const addSignals = new SignalInsert((insert) => insert.onConflict((on) => on.columns(signalKey).doNothing()));

const overwriteSignals = new SignalInsert((insert) =>
  insert.onConflict((conflict) =>
    conflict.columns(signalKey).doUpdateSet((column) => ({
      score: column.ref('excluded.score'),
      threshold: column.ref('excluded.threshold'),
      model: column.ref('excluded.model'),
      captured_at: column.ref('excluded.captured_at'),
      count: column.ref('excluded.count'),
      first_at: column.ref('excluded.first_at'),
      last_at: column.ref('excluded.last_at'),
    })),
  ),
);

function putRules(transaction: Transaction<Tables>, incident: Incident) {
  return transaction
    .insertInto('rules_fired')
    .values(ruleRows(incident))
    .onConflict((on) =>
      on.columns(['incident_id', 'node', 'rule']).doUpdateSet((column) => ({
        severity: column.ref('excluded.severity'),
        first_at: column.ref('excluded.first_at'),
      })),
    );
}
