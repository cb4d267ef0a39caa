import { sql, type Kysely, type Selectable } from 'kysely';
import { summaryLimits, type IncidentSummary } from '../contracts/api.ts';
import type { IncidentRow, MediaRow, ReviewRow, SignalRow, Tables } from '../database/tables.ts';
import { together } from '../database/together.ts';
import { incidentOf } from './incident-rows.ts';
import { findPage, type PageRequest } from './incident-search.ts';
import { reviewStateOf, tellingReviewsOf } from './review-rows.ts';

/** An incident as its Site knows it; the name of the Site is added outside. */
export type StoredSummary = Omit<IncidentSummary, 'siteName'>;

/** What to list, newest first. */
export type ListRequest = PageRequest;
export type { ListPosition } from './incident-search.ts';

/** How much of its parts an incident brings along. */
type Limits = Record<keyof typeof summaryLimits, number>;
const everything: Limits = {
  sources: Infinity,
  signals: Infinity,
  explanation: Infinity,
  rules: Infinity,
  evidence: Infinity,
};

/** A page of incidents, `startedAt` and `id` descending. */
export async function listIncidents(query: Kysely<Tables>, request: ListRequest): Promise<StoredSummary[]> {
  const page = await findPage(query, request);
  if (page.length === 0) return [];
  const ids = page.map(({ id }) => id);
  return summaries(page, await together(query, partsOf(query, ids, summaryLimits)), summaryLimits);
}

/** One incident: whole, or with as much as it has in a list. */
export async function findSummary(
  query: Kysely<Tables>,
  id: string,
  extent: 'whole' | 'listed',
): Promise<StoredSummary | undefined> {
  const limits = extent === 'whole' ? everything : summaryLimits;
  const row = query.selectFrom('incidents').selectAll().where('id', '=', id);
  const [rows, ...parts] = await together(query, [row, ...partsOf(query, [id], limits)]);
  return summaries(rows, parts, limits)[0];
}

/** What belongs to some incidents: one message to the database for all, each statement bounded there. A thousand signals never reach the main loop for a list. */
function partsOf(query: Kysely<Tables>, ids: readonly string[], limits: Limits) {
  const parts = [signalsOf(query, ids, limits.signals), mediaOf(query, ids, limits.evidence)] as const;
  return [...parts, tellingReviewsOf(query, ids)] as const;
}

type Parts = readonly [Selectable<SignalRow>[], Selectable<MediaRow>[], Selectable<ReviewRow>[]];

function summaries(
  rows: readonly Selectable<IncidentRow>[],
  [allSignals, allMedia, allReviews]: Parts,
  limits: Limits,
): StoredSummary[] {
  const signals = Map.groupBy(allSignals, (signal) => signal.incident_id);
  const media = Map.groupBy(allMedia, (file) => file.incident_id);
  const reviews = Map.groupBy(allReviews, (review) => review.incident_id);
  return rows.map((row) => {
    const incident = incidentOf(row, signals.get(row.id) ?? [], media.get(row.id) ?? []);
    const { id, site, area, areas, source, severity, label, reason, confidence, startedAt, updatedAt, endedAt } =
      incident;
    const { rules } = incident;
    return {
      ...{ id, site, area, source, severity, label, reason, confidence, startedAt, updatedAt },
      ...(areas === undefined ? {} : { areas }),
      ...(endedAt === undefined ? {} : { endedAt }),
      sources: incident.sources.slice(0, limits.sources),
      explanation: incident.explanation.slice(0, limits.explanation),
      signals: incident.signals,
      ...(rules === undefined ? {} : { rules: rules.slice(0, limits.rules) }),
      evidence: (incident.evidence ?? []).map(({ id, type, source, mime, bytes, capturedAt, rendition, missing }) => ({
        id,
        type,
        source,
        mime,
        bytes,
        capturedAt,
        ...(rendition === undefined ? {} : { rendition }),
        ...(missing === true ? { missing } : {}),
      })),
      review: reviewStateOf(reviews.get(row.id) ?? []),
    };
  });
}

/** The first signals of each incident. */
function signalsOf(query: Kysely<Tables>, ids: readonly string[], most: number) {
  return query
    .selectFrom((from) =>
      from
        .selectFrom('signals')
        .selectAll()
        .select(sql<number>`row_number() OVER (PARTITION BY incident_id ORDER BY id)`.as('place'))
        .where('incident_id', 'in', ids)
        .as('placed'),
    )
    .selectAll()
    .where('place', '<=', most)
    .orderBy('id');
}

/** The newest files of each incident, oldest first; those of one moment as they were written. */
function mediaOf(query: Kysely<Tables>, ids: readonly string[], most: number) {
  return query
    .selectFrom((from) =>
      from
        .selectFrom('media')
        .selectAll()
        .select(
          sql<number>`row_number() OVER (PARTITION BY incident_id ORDER BY captured_at DESC, created_at DESC, rowid DESC)`.as(
            'place',
          ),
        )
        .where('incident_id', 'in', ids)
        .as('placed'),
    )
    .selectAll()
    .where('place', '<=', most)
    .orderBy('place', 'desc');
}
