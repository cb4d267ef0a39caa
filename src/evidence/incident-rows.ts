import type { Insertable, InsertObject, Selectable, Transaction } from 'kysely';
import { SentinelError } from '../contracts/errors.ts';
import type { EvidenceItem, FiredRule, Incident, IncidentSignal, Rendition } from '../contracts/messages.ts';
import type { IncidentRow, MediaRow, SignalRow, Tables } from '../database/tables.ts';
import { togetherAround, togetherAtLast } from '../database/together.ts';
import { indexStatements } from './incident-index.ts';
import { firstPlaceIfFree, nextFreePlace } from './incident-place.ts';
import { SignalInsert } from './signal-insert.ts';
import { chainHead, entriesAfter, incidentLink, linkOf } from './trust/chain.ts';

/** SQLite takes 32,766 variables a statement (https://www.sqlite.org/limits.html); a signal has eleven. */
const signalsPerStatement = 1000;
/** As many as a message may name. */
const mostAreas = 1000;
/** There is one row of these in an incident. */
const signalKey = ['incident_id', 'kind', 'label', 'source'] as const;

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
  const lots = inLots(incident.signals, signalsPerStatement).map((lot) =>
    lot.map((signal) => signalRow(incident.id, signal)),
  );
  // What stands is read back: it is vouched for as the database keeps it.
  const standing = [
    transaction.selectFrom('incidents').selectAll().where('id', '=', incident.id),
    transaction.selectFrom('signals').selectAll().where('incident_id', '=', incident.id),
  ] as const;
  // Most incidents are new, and nothing else has to be known for them: what is missing is added at once.
  const [[before], [head], ...added] = await togetherAround(
    transaction,
    [standing[0], chainHead(transaction)],
    [
      insertIncident(transaction, {
        ...{ ...incidentRow(incident), ...laterParts(incident) },
        place: firstPlaceIfFree(transaction, incident.startedAt),
      }).onConflict((on) => on.column('id').doNothing()),
      ...lots.map((lot) => addSignals.of(transaction, lot)),
      ...(media.length === 0 ? [] : [transaction.insertInto('media').values(media)]),
    ],
    standing,
  );
  const row = { ...incidentRow(incident), ...laterParts(incident, before) };
  const isNewer = before !== undefined && isAfter(row, before);
  const overwritten = () => [
    overwriteIncident(transaction, row),
    ...lots.map((lot) => overwriteSignals.of(transaction, lot)),
  ];
  const [[now], signals] = isNewer ? await togetherAround(transaction, [], overwritten(), standing) : added;
  if (now === undefined) throw new SentinelError('ES_DATABASE', 'The database did not keep the row of an incident.');
  const isCrowded = before === undefined && now.place === null;
  const place = isCrowded ? await nextFreePlace(transaction, incident.startedAt) : now.place;
  const links = [incidentLink(now, signals), ...media.map(linkOf.media)];
  await togetherAtLast(transaction, [
    ...(isCrowded ? [transaction.updateTable('incidents').set({ place }).where('id', '=', now.id)] : []),
    ...(before === undefined || isNewer ? indexStatements(transaction, { ...now, place }, before) : []),
    ...(now.rules_json === (before?.rules_json ?? null) ? [] : [putRules(transaction, incident)]),
    transaction.insertInto('chain').values(entriesAfter(head, links, at)),
  ]);
}

/** What a message need not say again. */
function laterParts(incident: Incident, before?: Selectable<IncidentRow>) {
  const { rules } = incident;
  const told = rules === undefined || rules.length === 0 ? undefined : JSON.stringify(rules);
  return { areas_json: areasOf(incident, before), rules_json: told ?? before?.rules_json ?? null };
}

/** The index by rule and time, in step with what the incident says. */
function putRules(transaction: Transaction<Tables>, { id, rules = [] }: Incident) {
  const rows = rules.map(({ id: rule, node = '', severity, firstAt }) => ({
    ...{ incident_id: id, node, rule, severity, first_at: firstAt },
  }));
  return transaction
    .insertInto('rules_fired')
    .values(rows)
    .onConflict((on) =>
      on.columns(['incident_id', 'node', 'rule']).doUpdateSet((column) => ({
        severity: column.ref('excluded.severity'),
        first_at: column.ref('excluded.first_at'),
      })),
    );
}

/** Once part of a story, an area stays so: also when the reason lies in another one now. Null for one area. */
function areasOf({ area, areas = [] }: Incident, before?: Selectable<IncidentRow>): string | null {
  const earlier = before === undefined ? [] : [...storedAreas(before), before.area];
  const all = [...new Set([...earlier, ...areas, area])].slice(0, mostAreas);
  return all.length < 2 ? null : JSON.stringify(all);
}

/** The areas of a story; none where it has one only. */
export function storedAreas({ areas_json: areas }: Pick<Selectable<IncidentRow>, 'areas_json'>): string[] {
  return areas === null ? [] : (JSON.parse(areas) as string[]);
}

/** Messages are ordered by `seq`, and those made by hand by their time. */
function isAfter(row: Insertable<IncidentRow>, before: Selectable<IncidentRow>): boolean {
  return row.seq === before.seq ? row.updated_at >= before.updated_at : row.seq > before.seq;
}

function insertIncident(transaction: Transaction<Tables>, row: InsertObject<Tables, 'incidents'>) {
  return transaction.insertInto('incidents').values(row);
}

function overwriteIncident(transaction: Transaction<Tables>, row: Insertable<IncidentRow>) {
  return insertIncident(transaction, row).onConflict((conflict) =>
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

/** The first message about a signal stays. */
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

function inLots<T>(all: readonly T[], most: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / most) }, (_, n) => all.slice(n * most, (n + 1) * most));
}

function incidentRow(incident: Incident): Omit<Insertable<IncidentRow>, 'areas_json' | 'rules_json'> {
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

/** Its best moment lies within its span, whatever a message made by hand says. */
function signalRow(incidentId: string, signal: IncidentSignal): Insertable<SignalRow> {
  const { capturedAt, firstAt, lastAt } = signal;
  return {
    incident_id: incidentId,
    kind: signal.kind,
    label: signal.label,
    source: signal.source,
    score: signal.score,
    threshold: signal.threshold ?? null,
    model: signal.model ?? null,
    captured_at: capturedAt,
    count: signal.count ?? 1,
    first_at: firstAt === undefined ? null : Math.min(firstAt, capturedAt),
    last_at: lastAt === undefined ? null : Math.max(lastAt, capturedAt),
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
    ...(row.areas_json === null ? {} : { areas: storedAreas(row) }),
    source: row.source,
    capturedAt: row.updated_at,
    severity: row.severity,
    label: row.label,
    reason: row.reason,
    confidence: row.confidence,
    sources: JSON.parse(row.sources_json) as string[],
    signals: signals.map(signalOf),
    ...(row.rules_json === null ? {} : { rules: JSON.parse(row.rules_json) as FiredRule[] }),
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
    ...(row.first_at === null ? {} : { firstAt: row.first_at }),
    ...(row.last_at === null ? {} : { lastAt: row.last_at }),
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
