import type { Kysely, Transaction } from 'kysely';
import type { FlowNow } from '../../contracts/register.ts';
import type { Tables } from '../../database/tables.ts';
import type { Absences } from './absences.ts';

/** What stands is said again so often: a kill loses no more than that. */
const againMs = 3_600_000;
/** SQLite takes 32,766 variables a statement; a source has ten. */
const rowsPerStatement = 1000;

/** A row of the flow as it stands, or is to stand. */
interface Named {
  /** Its key and what the flow says of it, in one. */
  key: string;
  said: string;
}

/**
 * Brings the rows in step with the flow: what is new or another is written, what stays is said again every hour, and what has been away
 * for long enough is gone.
 * @param now epoch ms.
 */
export async function writeFlow(
  transaction: Transaction<Tables>,
  { site, sources }: FlowNow,
  absences: Absences,
  now: number,
): Promise<void> {
  const seen = { first_seen: now, last_seen: now, gone_at: null };
  const areas = [...new Set(sources.map(({ area }) => area))].filter((name) => name !== '');
  const wanted = {
    sites: [{ id: site.id, name: site.name, time_zone: site.timeZone }],
    areas: areas.map((name) => ({ site: site.id, name })),
    sources: sources.map(({ name, kind, nodeType, area, title }) => ({
      ...{ site: site.id, name, kind, node_type: nodeType, area, title },
    })),
  };
  const standing = await standingRows(transaction);
  const [newSites, newAreas, newSources] = [
    changed(wanted.sites, standing.sites, siteOf, now),
    changed(wanted.areas, standing.areas, areaOf, now),
    changed(wanted.sources, standing.sources, sourceOf, now),
  ];
  for (const row of newSites) {
    await transaction
      .insertInto('sites')
      .values({ ...row, ...seen })
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((column) => ({
          ...{ name: column.ref('excluded.name'), time_zone: column.ref('excluded.time_zone') },
          ...{ last_seen: now, gone_at: null },
        })),
      )
      .execute();
  }
  for (const lot of inLots(newAreas)) {
    await transaction
      .insertInto('areas')
      .values(lot.map((row) => ({ ...row, ...seen })))
      .onConflict((conflict) => conflict.columns(['site', 'name']).doUpdateSet({ last_seen: now, gone_at: null }))
      .execute();
  }
  for (const lot of inLots(newSources)) {
    await transaction
      .insertInto('sources')
      .values(lot.map((row) => ({ ...row, ...seen })))
      .onConflict((conflict) =>
        conflict.columns(['site', 'name']).doUpdateSet((column) => ({
          ...{ kind: column.ref('excluded.kind'), node_type: column.ref('excluded.node_type') },
          ...{ area: column.ref('excluded.area'), title: column.ref('excluded.title') },
          ...{ last_seen: now, gone_at: null },
        })),
      )
      .execute();
  }
  absences.begin();
  for (const { id } of missing(standing.sites, wanted.sites, siteOf)) {
    const gone = { gone_at: absences.goneAt(`site\n${id}`, now) };
    if (gone.gone_at !== undefined) await transaction.updateTable('sites').set(gone).where('id', '=', id).execute();
  }
  for (const table of ['areas', 'sources'] as const) {
    const those =
      table === 'areas'
        ? missing<{ site: string; name: string }>(standing.areas, wanted.areas, areaOf)
        : missing<{ site: string; name: string }>(standing.sources, wanted.sources, areaOf);
    for (const { site: of, name } of those) {
      const gone = { gone_at: absences.goneAt(`${table}\n${of}\n${name}`, now) };
      if (gone.gone_at === undefined) continue;
      await transaction.updateTable(table).set(gone).where('site', '=', of).where('name', '=', name).execute();
    }
  }
}

/** The flow ends with the process, not for good: what stands was there until now. */
export async function touchFlow(transaction: Transaction<Tables>, now: number): Promise<void> {
  for (const table of ['sites', 'areas', 'sources'] as const) {
    await transaction.updateTable(table).set({ last_seen: now }).where('gone_at', 'is', null).execute();
  }
}

async function standingRows(query: Kysely<Tables>) {
  return {
    sites: await query
      .selectFrom('sites')
      .select(['id', 'name', 'time_zone', 'last_seen'])
      .where('gone_at', 'is', null)
      .execute(),
    areas: await query.selectFrom('areas').select(['site', 'name', 'last_seen']).where('gone_at', 'is', null).execute(),
    sources: await query
      .selectFrom('sources')
      .select(['site', 'name', 'kind', 'node_type', 'area', 'title', 'last_seen'])
      .where('gone_at', 'is', null)
      .execute(),
  };
}

function siteOf({ id, name, time_zone: zone }: { id: string; name: string; time_zone: string }): Named {
  return { key: id, said: [name, zone].join('\n') };
}

function areaOf({ site, name }: { site: string; name: string }): Named {
  return { key: [site, name].join('\n'), said: '' };
}

function sourceOf(row: {
  site: string;
  name: string;
  kind: string;
  node_type: string | null;
  area: string;
  title: string;
}): Named {
  return { key: areaOf(row).key, said: [row.kind, row.node_type, row.area, row.title].join('\n') };
}

/** Those that have no row, another one, or one that was said long ago. */
function changed<Row, Wanted extends Row>(
  wanted: readonly Wanted[],
  standing: readonly (Row & { last_seen: number })[],
  named: (row: Row) => Named,
  now: number,
): Wanted[] {
  const rows = new Map(standing.map((row) => [named(row).key, { said: named(row).said, at: row.last_seen }]));
  return wanted.filter((row) => {
    const { key, said } = named(row);
    const stands = rows.get(key);
    return stands?.said !== said || now - stands.at >= againMs;
  });
}

function missing<Key>(standing: readonly Key[], wanted: readonly Key[], named: (row: Key) => Named): Key[] {
  const keys = new Set(wanted.map((row) => named(row).key));
  return standing.filter((row) => !keys.has(named(row).key));
}

function inLots<T>(all: readonly T[]): T[][] {
  const count = Math.ceil(all.length / rowsPerStatement);
  return Array.from({ length: count }, (_, n) => all.slice(n * rowsPerStatement, (n + 1) * rowsPerStatement));
}
