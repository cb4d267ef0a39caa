import {
  sql,
  type ExpressionBuilder,
  type ExpressionWrapper,
  type Kysely,
  type Selectable,
  type SqlBool,
} from 'kysely';
import type { ReviewState } from '../contracts/api.ts';
import type { IncidentRow, Tables } from '../database/tables.ts';
import { beginOfPlace, firstPlace, firstPlaceAfter } from './incident-place.ts';
import { facetWord, textCondition } from './incident-words.ts';

/** Where a list goes on: after this incident. */
export interface ListPosition {
  startedAt: number;
  id: string;
}

/** Which incidents somebody wants to see. */
export interface IncidentFilter {
  minimumSeverity?: number;
  site?: string;
  area?: string;
  /** Anything that took part. */
  source?: string;
  /** A label of the reason, the whole reason, or its words. */
  label?: string;
  /** open: not ended yet; unreviewed: nobody has said anything. */
  state?: 'open' | 'unreviewed';
  review?: ReviewState;
  /** First moment of the begin, epoch ms. */
  from?: number;
  /** The begin lies before this moment, epoch ms. */
  to?: number;
  /** Words that all have to be there; they count by their first six letters. */
  text?: string;
}

export interface PageRequest extends IncidentFilter {
  limit: number;
  before?: ListPosition;
}

/** A page of rows, newest first. Whatever the filter, no more rows are read than the index has found. */
export async function findPage(query: Kysely<Tables>, request: PageRequest): Promise<Selectable<IncidentRow>[]> {
  const condition = indexCondition(request);
  // Words of which none can be found.
  if (condition === null) return [];
  if (condition === undefined || request.state === 'open') return await inOrder(query, request, condition);
  return await byIndex(query, request, condition);
}

/** What is asked of the index; undefined: nothing, null: what nothing can fulfil. */
function indexCondition(filter: IncidentFilter): string | undefined | null {
  const { minimumSeverity = 0, site, area, source, label, review, text } = filter;
  const words = text === undefined ? undefined : textCondition(text);
  if (text !== undefined && words === undefined) return null;
  const severities = [0, 1, 2, 3].filter((severity) => severity >= minimumSeverity);
  const conditions = [
    ...(site === undefined ? [] : [facetWord('site', site)]),
    ...(area === undefined ? [] : [facetWord('area', area)]),
    ...(source === undefined ? [] : [facetWord('source', source)]),
    ...(label === undefined ? [] : [facetWord('label', label)]),
    ...(filter.state === 'unreviewed' ? [facetWord('review', 'pending')] : []),
    ...(review === undefined ? [] : [facetWord('review', review)]),
    ...(minimumSeverity === 0 ? [] : [`(${severities.map((one) => facetWord('severity', one)).join(' OR ')})`]),
    ...(words === undefined ? [] : [words]),
  ];
  return conditions.length === 0 ? undefined : conditions.join(' AND ');
}

/** All incidents, or the few that go on: in the order of their begin. */
async function inOrder(query: Kysely<Tables>, request: PageRequest, condition: string | undefined) {
  let rows = query.selectFrom('incidents').selectAll();
  if (request.state === 'open') rows = rows.where('ended_at', 'is', null);
  if (condition !== undefined) {
    rows = rows.where((on) =>
      on.exists(
        on
          .selectFrom('incident_words')
          .select('rowid')
          .where('incident_words', sql`MATCH`, condition)
          .whereRef('incident_words.rowid', '=', 'incidents.place'),
      ),
    );
  }
  return await rows
    .where((on) => within(on, request))
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(request.limit)
    .execute();
}

/** The index gives places, newest first; what begins in one millisecond is put in order by id afterwards. */
async function byIndex(query: Kysely<Tables>, request: PageRequest, condition: string) {
  const { before, from, to, limit } = request;
  const floor = from === undefined ? 0 : firstPlace(from);
  let ceiling = Math.min(
    ...(before === undefined ? [] : [firstPlaceAfter(before.startedAt)]),
    ...(to === undefined ? [] : [firstPlaceAfter(to)]),
    Number.MAX_SAFE_INTEGER,
  );
  const found: Selectable<IncidentRow>[] = [];
  for (let asked = limit + 1; found.length < limit;) {
    const places = await placesBelow(query, condition, { ceiling, floor, limit: asked });
    const isLast = places.length < asked;
    const lastBegin = beginOfPlace(places.at(-1) ?? 0);
    // The last millisecond may be cut in two: it comes whole with the next turn.
    const whole = isLast ? places : places.filter((place) => beginOfPlace(place) !== lastBegin);
    if (whole.length === 0 && !isLast) {
      asked *= 2;
      continue;
    }
    found.push(...(await rowsAt(query, request, whole)));
    if (isLast) break;
    ceiling = beginOfPlace(whole.at(-1) ?? 0);
  }
  return found.slice(0, limit);
}

async function placesBelow(
  query: Kysely<Tables>,
  condition: string,
  { ceiling, floor, limit }: { ceiling: number; floor: number; limit: number },
): Promise<number[]> {
  const rows = await query
    .selectFrom('incident_words')
    .select('rowid')
    .where('incident_words', sql`MATCH`, condition)
    .where('rowid', '<', ceiling)
    .where('rowid', '>=', floor)
    .orderBy('rowid', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ rowid }) => rowid);
}

async function rowsAt(query: Kysely<Tables>, request: PageRequest, places: readonly number[]) {
  if (places.length === 0) return [];
  return await query
    .selectFrom('incidents')
    .selectAll()
    .where('place', 'in', places)
    .where((on) => within(on, request))
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
}

function within(
  on: ExpressionBuilder<Tables, 'incidents'>,
  { before, from, to }: PageRequest,
): ExpressionWrapper<Tables, 'incidents', SqlBool> {
  return on.and([
    ...(before === undefined ? [] : [on(on.refTuple('started_at', 'id'), '<', on.tuple(before.startedAt, before.id))]),
    ...(from === undefined ? [] : [on('started_at', '>=', from)]),
    ...(to === undefined ? [] : [on('started_at', '<', to)]),
  ]);
}
