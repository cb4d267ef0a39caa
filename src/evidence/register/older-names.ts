import { sql, type Kysely } from 'kysely';
import type { IncidentRow, Tables } from '../../database/tables.ts';
import type { Selectable } from 'kysely';
import { firstPlace } from '../incident-place.ts';
import { storedAreas } from '../incident-rows.ts';
import { findPage } from '../incident-search.ts';
import { beginOfPeriod, facetWord, periodOf, wordOfPeriod } from '../incident-words.ts';
import { keyOf, mostSighted, sightingsIn, type Sighting } from './sightings.ts';

const kinds = ['site', 'area', 'source'] as const;
/** A data folder is one site; its id may have been another one before. */
const mostSites = 20;

/**
 * Finds what incidents name and the register may not know, oldest first: by the words of the index, so that a million of incidents cost
 * no more than the names in them.
 * @param from Epoch ms: what began long before has been read already; undefined: nothing has.
 * @param known Keys of names that have a row already.
 * @param isOver asked between names: whether nobody waits for them any more.
 * @returns undefined while incidents of earlier versions still wait for the index, and when it is over.
 */
export async function readOlderNames(
  query: Kysely<Tables>,
  from: number | undefined,
  known: ReadonlySet<string>,
  isOver: () => boolean,
): Promise<Sighting[] | undefined> {
  if (!(await isWhole(query))) return undefined;
  const found = new Map<string, Sighting>();
  // What is known is told again by the first read alone: since when there were incidents of it.
  const passed = from === undefined ? new Set<string>() : new Set([...known].map(wordsOfKey));
  let period = await nextPeriod(query, from === undefined ? 0 : periodOf(from));
  while (period !== undefined) {
    for (const [site, word] of await pairsIn(query, period)) {
      if (isOver()) return undefined;
      if (passed.has(`${site} ${word}`) || found.size >= mostSighted) continue;
      const sighting = await firstSighting(query, period, site, word);
      if (sighting === undefined) continue;
      passed.add(`${site} ${word}`);
      found.set(keyOf(sighting), await withNewest(query, sighting));
    }
    period = await nextPeriod(query, period + 1);
  }
  return [...found.values()];
}

/** Whether the index knows every incident: earlier versions had none. */
export async function isWhole(query: Kysely<Tables>): Promise<boolean> {
  const waiting = await query.selectFrom('incidents').select('id').where('place', 'is', null).limit(1).execute();
  return waiting.length === 0;
}

/** The newest incident that names it. */
export async function newestNaming(
  query: Kysely<Tables>,
  { what, site, name }: Pick<Sighting, 'what' | 'site' | 'name'>,
): Promise<Selectable<IncidentRow> | undefined> {
  const named = what === 'site' ? {} : { [what]: name };
  const [newest] = await findPage(query, { limit: 1, site, ...named });
  return newest;
}

function wordsOfKey(key: string): string {
  const [what, site = '', name = ''] = key.split('\n');
  return `${facetWord('site', site)} ${facetWord(what as Sighting['what'], name)}`;
}

/** The first period from there on in which anything began. */
async function nextPeriod(query: Kysely<Tables>, from: number): Promise<number | undefined> {
  const next = await query
    .selectFrom('incidents')
    .select('started_at')
    .where('place', '>=', firstPlace(beginOfPeriod(from)))
    .orderBy('place')
    .limit(1)
    .executeTakeFirst();
  return next && Math.max(from, periodOf(next.started_at));
}

/** The words of each site of a period, with those of every area and source of it. */
async function pairsIn(query: Kysely<Tables>, period: number): Promise<[string, string][]> {
  const terms = await Promise.all(kinds.map((kind) => termsOf(query, period, kind)));
  const [sites = [], ...others] = terms;
  return sites
    .slice(0, mostSites)
    .flatMap((site) => [site, ...others.flat()].map((word): [string, string] => [site, word]));
}

async function termsOf(query: Kysely<Tables>, period: number, kind: (typeof kinds)[number]): Promise<string[]> {
  const first = wordOfPeriod(period, kind);
  const rows = await query
    .selectFrom('incident_terms')
    .select('term')
    .where('term', '>', first)
    // The digits of a hash end before "g".
    .where('term', '<', `${first}g`)
    .limit(mostSighted)
    .execute();
  const { length } = facetWord(kind, '');
  const prefix = first.length - kind.length;
  return rows.map(({ term }) => term.slice(prefix)).filter((word) => word.length === length);
}

async function firstSighting(
  query: Kysely<Tables>,
  period: number,
  site: string,
  word: string,
): Promise<Sighting | undefined> {
  const condition = [site, word].map((one) => `"${wordOfPeriod(period, one)}"`).join(' AND ');
  const place = await query
    .selectFrom('incident_words')
    .select('rowid')
    .where('incident_words', sql`MATCH`, condition)
    .orderBy('rowid')
    .limit(1)
    .executeTakeFirst();
  if (place === undefined) return undefined;
  const row = await query.selectFrom('incidents').selectAll().where('place', '=', place.rowid).executeTakeFirst();
  if (row === undefined) return undefined;
  return sightingsOf(row).find(({ what, name }) => facetWord(what, name) === word);
}

async function withNewest(query: Kysely<Tables>, sighting: Sighting): Promise<Sighting> {
  const newest = await newestNaming(query, sighting);
  if (newest === undefined) return sighting;
  return { ...sighting, lastAt: Math.max(sighting.lastAt, newest.updated_at), incidentId: newest.id };
}

function sightingsOf(row: Selectable<IncidentRow>): Sighting[] {
  const { id, site, area, source, started_at: startedAt, updated_at: updatedAt } = row;
  const sources = JSON.parse(row.sources_json) as string[];
  return sightingsIn({ id, site, area, areas: storedAreas(row), source, sources, startedAt, updatedAt });
}
