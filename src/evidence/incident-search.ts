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
import { together } from '../database/together.ts';
import { beginOfPlace, firstPlace, firstPlaceAfter } from './incident-place.ts';
import { askedWords, beginOfPeriod, facetWord, periodOf, wordOfPeriod } from './incident-words.ts';

/** Mostly nothing goes on, or one thing. */
const openAtATime = 200;

/** Where a list goes on: after this incident. */
export interface ListPosition {
  startedAt: number;
  id: string;
}

/** Which incidents somebody wants to see. */
export interface IncidentFilter {
  minimumSeverity?: number;
  site?: string;
  /** Any area of its story. */
  area?: string;
  /** Anything that took part. */
  source?: string;
  /** A label of the reason, the whole reason, or its words. */
  label?: string;
  /** open: not ended yet; unreviewed: nobody has said anything. */
  state?: 'open' | 'unreviewed';
  /** One of these, as people see it now. */
  review?: ReviewState | readonly ReviewState[];
  severity?: number;
  /** First moment of the begin, epoch ms. */
  from?: number;
  /** The begin lies before this moment, epoch ms. */
  to?: number;
  /** Words that all have to be there; they count by their first six letters. */
  text?: string;
  /** `Caller.sources`: only incidents in which one of these took part. */
  scope?: readonly string[];
}

export interface PageRequest extends IncidentFilter {
  limit: number;
  before?: ListPosition;
}

/** One of these words has to be there. */
type AnyOf = readonly string[];

/** A page of rows, newest first. Whatever the filter, no more rows are read than the index has found. */
export async function findPage(query: Kysely<Tables>, request: PageRequest): Promise<Selectable<IncidentRow>[]> {
  const words = wordsFor(request);
  if (words.some((anyOf) => anyOf.length === 0)) return [];
  if (words.length === 0) return await inOrder(query, request);
  if (contradicts(request)) return [];
  if (request.state === 'open') return await amongOpen(query, request, words);
  return await byIndex(query, request, words);
}

/** What nothing can be: the index would be asked for every period of years in vain. */
function contradicts({ state, review, minimumSeverity = 0, severity }: IncidentFilter): boolean {
  if (severity !== undefined && severity < minimumSeverity) return true;
  return state === 'unreviewed' && review !== undefined && ![review].flat().includes('pending');
}

/** What the index is asked for: all of them. Without a word in it, a text can be nowhere. */
function wordsFor({
  minimumSeverity = 0,
  severity,
  site,
  area,
  source,
  label,
  state,
  review,
  text,
  scope,
}: IncidentFilter): AnyOf[] {
  const severities = [0, 1, 2, 3].filter((severity) => severity >= minimumSeverity);
  const typed = text === undefined ? [] : askedWords(text).map((word) => [word]);
  return [
    ...(site === undefined ? [] : [[facetWord('site', site)]]),
    ...(area === undefined ? [] : [[facetWord('area', area)]]),
    ...(source === undefined ? [] : [[facetWord('source', source)]]),
    ...(label === undefined ? [] : [[facetWord('label', label)]]),
    ...(state === 'unreviewed' ? [[facetWord('review', 'pending')]] : []),
    ...(review === undefined ? [] : [[review].flat().map((state) => facetWord('review', state))]),
    ...(severity === undefined ? [] : [[facetWord('severity', severity)]]),
    ...(minimumSeverity === 0 ? [] : [severities.map((severity) => facetWord('severity', severity))]),
    // It finds some too many, of cameras of the same name elsewhere: `within` decides.
    ...(scope === undefined ? [] : [scope.map(scopeWord)]),
    ...(text !== undefined && typed.length === 0 ? [[]] : typed),
  ];
}

function scopeWord(key: string): string {
  const slash = key.indexOf('/');
  return slash === -1 ? facetWord('site', key) : facetWord('source', key.slice(slash + 1));
}

/** The condition of the index for incidents of one period. */
function condition(words: readonly AnyOf[], period: number): string {
  return words.map((anyOf) => `(${anyOf.map((word) => `"${wordOfPeriod(period, word)}"`).join(' OR ')})`).join(' AND ');
}

/** By time alone. */
async function inOrder(query: Kysely<Tables>, request: PageRequest): Promise<Selectable<IncidentRow>[]> {
  let rows = query.selectFrom('incidents').selectAll();
  if (request.state === 'open') rows = rows.where('ended_at', 'is', null);
  return await rows
    .where((on) => within(on, request))
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(request.limit)
    .execute();
}

/** Of the few that go on, those that the index knows by these words. */
async function amongOpen(query: Kysely<Tables>, request: PageRequest, words: readonly AnyOf[]) {
  const open: Selectable<IncidentRow>[] = [];
  for (let { before } = request; open.length < request.limit;) {
    const some = await inOrder(query, { ...request, limit: openAtATime, ...(before === undefined ? {} : { before }) });
    const byPeriod = Map.groupBy(some, (row) => periodOf(row.started_at));
    const known = new Set<number>();
    for (const [period, rows] of byPeriod) {
      const places = rows.flatMap(({ place }) => (place === null ? [] : [place]));
      const found = await query
        .selectFrom('incident_words')
        .select('rowid')
        .where('incident_words', sql`MATCH`, condition(words, period))
        .where('rowid', 'in', places)
        .execute();
      for (const { rowid } of found) known.add(rowid);
    }
    open.push(...some.filter(({ place }) => place !== null && known.has(place)));
    const last = some.at(-1);
    if (last === undefined || some.length < openAtATime) break;
    before = { startedAt: last.started_at, id: last.id };
  }
  return open.slice(0, request.limit);
}

/**
 * The index gives places, newest first, of one period after the other; what begins in one millisecond is put in order by id
 * afterwards.
 */
async function byIndex(query: Kysely<Tables>, request: PageRequest, words: readonly AnyOf[]) {
  const { before, from, to, limit } = request;
  const floor = from === undefined ? 0 : firstPlace(from);
  let ceiling = Math.min(
    ...(before === undefined ? [] : [firstPlaceAfter(before.startedAt)]),
    ...(to === undefined ? [] : [firstPlaceAfter(to)]),
    Number.MAX_SAFE_INTEGER,
  );
  const found: Selectable<IncidentRow>[] = [];
  let asked = limit + 1;
  let [newest] = await newestBelow(query, ceiling, floor).execute();
  while (found.length < limit && newest !== undefined) {
    const period = periodOf(newest.started_at);
    const begin = firstPlace(beginOfPeriod(period));
    const range = { ceiling, floor: Math.max(floor, begin), limit: asked };
    const places = await placesIn(query, condition(words, period), range);
    const isLast = places.length < asked;
    const lastBegin = beginOfPlace(places.at(-1) ?? 0);
    // The last millisecond may be cut in two: it comes whole with the next turn.
    const whole = isLast ? places : places.filter((place) => beginOfPlace(place) !== lastBegin);
    if (whole.length === 0 && !isLast) {
      asked *= 2;
      continue;
    }
    ceiling = isLast ? begin : beginOfPlace(whole.at(-1) ?? 0);
    const next = newestBelow(query, ceiling, floor);
    if (whole.length === 0) {
      [newest] = await next.execute();
      continue;
    }
    const [rows, below] = await together(query, [rowsAt(query, request, whole), next]);
    found.push(...rows);
    [newest] = below;
  }
  return found.slice(0, limit);
}

/** Whatever it is: times in which nothing happened are passed over. */
function newestBelow(query: Kysely<Tables>, ceiling: number, floor: number) {
  return query
    .selectFrom('incidents')
    .select('started_at')
    .where('place', '<', ceiling)
    .where('place', '>=', floor)
    .orderBy('place', 'desc')
    .limit(1);
}

async function placesIn(
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

function rowsAt(query: Kysely<Tables>, request: PageRequest, places: readonly number[]) {
  return query
    .selectFrom('incidents')
    .selectAll()
    .where('place', 'in', places)
    .where((on) => within(on, request))
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc');
}

function within(
  on: ExpressionBuilder<Tables, 'incidents'>,
  { before, from, to, scope, area }: PageRequest,
): ExpressionWrapper<Tables, 'incidents', SqlBool> {
  return on.and([
    ...(before === undefined ? [] : [on(on.refTuple('started_at', 'id'), '<', on.tuple(before.startedAt, before.id))]),
    ...(from === undefined ? [] : [on('started_at', '>=', from)]),
    ...(to === undefined ? [] : [on('started_at', '<', to)]),
    ...(scope === undefined ? [] : [isInScope(scope)]),
    ...(scope === undefined || area === undefined ? [] : [isSeenIn(area, scope)]),
  ]);
}

/** Who may see some sources of a site is told the area of the reason alone, and finds by no other. */
function isSeenIn(area: string, scope: readonly string[]) {
  return sql<SqlBool>`(area = ${area} OR site IN (${sql.join(scope)}))`;
}

/** As `maySee` of any source of the incident. */
function isInScope(scope: readonly string[]) {
  const keys = sql.join(scope);
  return sql<SqlBool>`(site IN (${keys}) OR site || '/' || source IN (${keys})
    OR EXISTS (SELECT 1 FROM json_each(sources_json) WHERE site || '/' || json_each.value IN (${keys})))`;
}
