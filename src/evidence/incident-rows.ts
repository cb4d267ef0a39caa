import { sql, type Insertable, type Selectable, type Transaction } from 'kysely';
import type { EvidenceItem, Incident, IncidentSignal, Rendition } from '../contracts/messages.ts';
import type { IncidentRow, MediaRow, SignalRow, Tables } from '../database/tables.ts';
import { indexIncident } from './incident-index.ts';
import { freePlace } from './incident-place.ts';
import { appendToChain, incidentLinks, linkOf } from './trust/chain.ts';

/** SQLite takes 32,766 variables a statement (https://www.sqlite.org/limits.html); a signal has eight. */
const signalsPerStatement = 1000;

/**
 * Writes what is known of an incident: its row, its signals, its media. Messages may arrive twice or out of order,
 * so an older one (by `seq`, then by `updatedAt` for those made by hand) never overwrites a newer one, and nothing
 * that was written is taken away. What stands then is bound into the chain.
 * @param at epoch ms.
 */
export async function writeIncident(
  transaction: Transaction<Tables>,
  incident: Incident,
  media: readonly Insertable<MediaRow>[],
  at: number,
): Promise<void> {
  const before = await transaction.selectFrom('incidents').selectAll().where('id', '=', incident.id).executeTakeFirst();
  const place = before === undefined ? await freePlace(transaction, incident.startedAt) : before.place;
  const newest = await transaction
    .insertInto('incidents')
    .values({ ...incidentRow(incident), place })
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet((column) => ({
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
        }))
        .where(sql<boolean>`(excluded.seq, excluded.updated_at) >= (incidents.seq, incidents.updated_at)`),
    )
    .returningAll()
    .executeTakeFirst();
  if (newest !== undefined) await indexIncident(transaction, newest, before);
  const signals = incident.signals.map((signal) => signalRow(incident.id, signal));
  for (let start = 0; start < signals.length; start += signalsPerStatement) {
    await writeSignals(transaction, signals.slice(start, start + signalsPerStatement), newest !== undefined);
  }
  if (media.length > 0) await transaction.insertInto('media').values(media).execute();
  const links = [...(await incidentLinks(transaction, [incident.id])), ...media.map(linkOf.media)];
  await appendToChain(transaction, links, at);
}

/** @param isNewest whether no newer message of the incident was written: else only what is missing is added. */
async function writeSignals(
  transaction: Transaction<Tables>,
  signals: readonly Insertable<SignalRow>[],
  isNewest: boolean,
): Promise<void> {
  await transaction
    .insertInto('signals')
    .values(signals)
    .onConflict((conflict) => {
      const known = conflict.columns(['incident_id', 'kind', 'label', 'source']);
      if (!isNewest) return known.doNothing();
      return known.doUpdateSet((column) => ({
        score: column.ref('excluded.score'),
        threshold: column.ref('excluded.threshold'),
        model: column.ref('excluded.model'),
        captured_at: column.ref('excluded.captured_at'),
        count: column.ref('excluded.count'),
      }));
    })
    .execute();
}

function incidentRow(incident: Incident): Insertable<IncidentRow> {
  return {
    id: incident.id,
    site: incident.site,
    area: incident.area,
    source: incident.source,
    seq: incident.seq ?? 0,
    severity: incident.severity,
    label: incident.label,
    reason: incident.reason,
    confidence: incident.confidence,
    started_at: incident.startedAt,
    updated_at: incident.updatedAt,
    ended_at: incident.endedAt ?? (incident.phase === 'end' ? incident.updatedAt : null),
    explanation_json: JSON.stringify(incident.explanation),
    sources_json: JSON.stringify(incident.sources),
  };
}

function signalRow(incidentId: string, signal: IncidentSignal): Insertable<SignalRow> {
  return {
    incident_id: incidentId,
    kind: signal.kind,
    label: signal.label,
    source: signal.source,
    score: signal.score,
    threshold: signal.threshold ?? null,
    model: signal.model ?? null,
    captured_at: signal.capturedAt,
    count: signal.count ?? 1,
  };
}

/** A stored incident as the message that would describe it now; boxes of objects are drawn in the snapshot, not kept. */
export function incidentOf(
  row: Selectable<IncidentRow>,
  signals: readonly Selectable<SignalRow>[],
  media: readonly Selectable<MediaRow>[],
): Incident {
  return {
    v: 1,
    kind: 'incident',
    id: row.id,
    phase: phaseOf(row),
    seq: row.seq,
    site: row.site,
    area: row.area,
    source: row.source,
    capturedAt: row.updated_at,
    severity: row.severity,
    label: row.label,
    reason: row.reason,
    confidence: row.confidence,
    sources: JSON.parse(row.sources_json) as string[],
    signals: signals.map(signalOf),
    startedAt: row.started_at,
    updatedAt: row.updated_at,
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
    explanation: JSON.parse(row.explanation_json) as string[],
    evidence: media.map(itemOf),
  };
}

function phaseOf(row: Selectable<IncidentRow>): Incident['phase'] {
  if (row.ended_at !== null) return 'end';
  return row.seq > 0 ? 'update' : 'start';
}

function signalOf(row: Selectable<SignalRow>): IncidentSignal {
  return {
    kind: row.kind as IncidentSignal['kind'],
    label: row.label,
    source: row.source,
    score: row.score,
    ...(row.threshold === null ? {} : { threshold: row.threshold }),
    ...(row.model === null ? {} : { model: row.model }),
    capturedAt: row.captured_at,
    count: row.count,
  };
}

/** What may be told of a piece of evidence: everything but where its file lies. */
export function itemOf(row: Insertable<MediaRow>): EvidenceItem {
  return {
    id: row.id,
    type: row.type as EvidenceItem['type'],
    source: row.source,
    mime: row.mime,
    bytes: row.bytes,
    sha256: row.sha256,
    capturedAt: row.captured_at,
    ...(row.rendition == null ? {} : { rendition: row.rendition as Rendition }),
    ...(row.missing === 1 ? { missing: true } : {}),
  };
}
