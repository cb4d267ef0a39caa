import type { Kysely } from 'kysely';
import type {
  ModelKind,
  RegisteredArea,
  RegisteredModel,
  RegisteredSite,
  RegisteredSource,
} from '../../contracts/register.ts';
import type { Tables } from '../../database/tables.ts';

/** As the data folder knows it; the name of the site is added outside. */
export type StoredArea = Omit<RegisteredArea, 'siteName'>;
export type StoredSource = Omit<RegisteredSource, 'siteName'>;
export type StoredModel = Omit<RegisteredModel, 'site' | 'siteName'>;

/** A person reads these. */
const mostSourcesOfModel = 200;

interface Seen {
  first_seen: number;
  last_seen: number;
  gone_at: number | null;
}

/** Every site that this data folder was. */
export async function registeredSites(query: Kysely<Tables>): Promise<RegisteredSite[]> {
  const rows = await query.selectFrom('sites').selectAll().execute();
  return rows.map((row) => ({ site: row.id, siteName: row.name, timeZone: row.time_zone, ...seenOf(row) }));
}

export async function registeredAreas(query: Kysely<Tables>): Promise<StoredArea[]> {
  const rows = await query.selectFrom('areas').selectAll().execute();
  return rows.map((row) => ({ site: row.site, area: row.name, ...seenOf(row) }));
}

export async function registeredSources(query: Kysely<Tables>): Promise<StoredSource[]> {
  const rows = await query.selectFrom('sources').selectAll().execute();
  return rows.map((row) => ({
    ...{ site: row.site, source: row.name, kind: row.kind as RegisteredSource['kind'] },
    ...(row.node_type === null ? {} : { nodeType: row.node_type }),
    ...{ area: row.area, title: row.title },
    ...seenOf(row),
  }));
}

/**
 * Models with what each judged of a site, those used last first.
 * @param isWanted which sources are told; the others take no place of the list.
 */
export async function registeredModels(
  query: Kysely<Tables>,
  site: string,
  isWanted: (source: string) => boolean = () => true,
): Promise<StoredModel[]> {
  const rows = await query.selectFrom('models').selectAll().orderBy('last_used', 'desc').orderBy('id').execute();
  const uses = await query
    .selectFrom('model_sources')
    .selectAll()
    .where('site', '=', site)
    .orderBy('last_used', 'desc')
    .orderBy('source')
    .execute();
  const wanted = uses.filter(({ source }) => isWanted(source));
  const byModel = Map.groupBy(wanted, ({ id, sha256 }) => `${id}\n${sha256}`);
  return rows.map((row) => ({
    ...{ model: row.id, sha256: row.sha256, kind: row.kind as ModelKind },
    ...(row.version === null ? {} : { version: row.version }),
    ...{ firstUsed: row.first_used, lastUsed: row.last_used },
    sources: (byModel.get(`${row.id}\n${row.sha256}`) ?? [])
      .slice(0, mostSourcesOfModel)
      .map(({ source, first_used: firstUsed, last_used: lastUsed }) => ({ source, firstUsed, lastUsed })),
  }));
}

function seenOf({ first_seen: firstSeen, last_seen: lastSeen, gone_at: goneAt }: Seen) {
  return { firstSeen, lastSeen, ...(goneAt === null ? {} : { goneAt }) };
}
