import type { Insertable, Selectable } from 'kysely';
import type { EvidenceItem, FiredRule, Incident, IncidentSignal, Rendition } from '../contracts/messages.ts';
import type { IncidentRow, MediaRow, RuleFiredRow, SignalRow } from '../database/tables.ts';

/** As many as a message may name. */
const mostAreas = 1000;

/** @param before what stands of it already. */
export function incidentRow(incident: Incident, before?: Selectable<IncidentRow>): WrittenRow {
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
    areas_json: areasOf(incident, before),
    rules_json: rulesOf(incident) ?? before?.rules_json ?? null,
  };
}

/** What a message says of an incident; its place and its review are not of it. */
export type WrittenRow = Omit<Selectable<IncidentRow>, 'place' | 'review_state' | 'held'>;

/** What a message need not say again. */
function rulesOf({ rules = [] }: Incident): string | undefined {
  return rules.length === 0 ? undefined : JSON.stringify(rules);
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

/** The index by rule and time, in step with what the incident says. */
export function ruleRows({ id, rules = [] }: Incident): Insertable<RuleFiredRow>[] {
  return rules.map(({ id: rule, node = '', severity, firstAt }) => ({
    ...{ incident_id: id, node, rule, severity, first_at: firstAt },
  }));
}

/** Its best moment lies within its span, whatever a message made by hand says. */
export function signalRow(incidentId: string, signal: IncidentSignal): Omit<Selectable<SignalRow>, 'id'> {
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
