import { sql, type Kysely, type Transaction } from 'kysely';
import type { Incident } from '../../contracts/messages.ts';
import type { Tables } from '../../database/tables.ts';
import { lotsOf } from './lots.ts';

/** Rows of each table that come of incidents alone: sources that somebody makes up in a function must not fill the disk. */
export const mostSighted = 5000;

/** A name in an incident. */
export interface Sighting {
  what: 'site' | 'area' | 'source';
  /** Id. */
  site: string;
  /** Of the area or source; of a site its id. */
  name: string;
  /** In which a source stands, as far as the incident tells; else empty. */
  area: string;
  /** Epoch ms. */
  firstAt: number;
  lastAt: number;
  incidentId: string;
}

type Told = Pick<Incident, 'id' | 'site' | 'area' | 'areas' | 'source' | 'sources' | 'startedAt' | 'updatedAt'>;

/** All names in an incident. */
export function sightingsIn({ id, site, area, areas = [], source, sources, startedAt, updatedAt }: Told): Sighting[] {
  const sighted = { site, firstAt: startedAt, lastAt: updatedAt, incidentId: id };
  const place = areas.length > 1 ? '' : area;
  return [
    { ...sighted, what: 'site', name: site, area: '' },
    ...[...new Set([area, ...areas])].map((name) => ({ ...sighted, what: 'area' as const, name, area: '' })),
    ...[...new Set([source, ...sources])].map((name) => ({
      ...{ ...sighted, what: 'source' as const, name, area: name === source ? area : place },
    })),
  ];
}

/** Tells names apart. */
export function keyOf({ what, site, name }: Pick<Sighting, 'what' | 'site' | 'name'>): string {
  return [what, site, name].join('\n');
}

/**
 * Gives what incidents name a row, where it has none. What is or was part of the flow is only known for longer by it; what only incidents
 * name is gone since the last of them.
 * @param now epoch ms: what an incident made by hand says of the time after counts as now, or its names would never be forgotten.
 */
export async function writeSightings(
  query: Kysely<Tables>,
  sightings: readonly Sighting[],
  now: number,
): Promise<void> {
  const passed = sightings.map((one) => {
    const { firstAt, lastAt } = one;
    return { ...one, firstAt: Math.min(firstAt, now), lastAt: Math.min(lastAt, now) };
  });
  for (const lot of lotsOf(passed)) {
    await query.transaction().execute((transaction) => writeLot(transaction, lot));
  }
}

async function writeLot(transaction: Transaction<Tables>, sightings: readonly Sighting[]): Promise<void> {
  const room = {
    site: mostSighted - (await rowsOf(transaction, 'sites')),
    area: mostSighted - (await rowsOf(transaction, 'areas')),
    source: mostSighted - (await rowsOf(transaction, 'sources')),
  };
  for (const sighting of sightings) {
    if (await renew(transaction, sighting)) continue;
    if (room[sighting.what] <= 0) continue;
    room[sighting.what] -= 1;
    await add(transaction, sighting);
  }
}

/** @returns false: it has no row. */
async function renew(transaction: Transaction<Tables>, { what, ...sighting }: Sighting): Promise<boolean> {
  const { site, name, firstAt, lastAt, incidentId } = sighting;
  const told = {
    first_seen: sql<number>`min(first_seen, ${firstAt})`,
    last_seen: sql<number>`max(last_seen, ${lastAt})`,
    named_in: incidentId,
  };
  const only = sql<number>`CASE WHEN kind = 'unknown' THEN max(gone_at, ${lastAt}) ELSE gone_at END`;
  const update =
    what === 'site'
      ? transaction.updateTable('sites').set(told).where('id', '=', name)
      : what === 'area'
        ? transaction.updateTable('areas').set(told).where('site', '=', site).where('name', '=', name)
        : transaction
            .updateTable('sources')
            .set({ ...told, gone_at: only })
            .where('site', '=', site)
            .where('name', '=', name);
  const { numUpdatedRows } = await update.executeTakeFirst();
  return numUpdatedRows > 0n;
}

async function add(transaction: Transaction<Tables>, { what, ...sighting }: Sighting): Promise<void> {
  const { site, name, area, firstAt, lastAt, incidentId } = sighting;
  const seen = { first_seen: firstAt, last_seen: lastAt, gone_at: lastAt, named_in: incidentId };
  if (what === 'site') {
    await transaction
      .insertInto('sites')
      .values({ id: name, name, time_zone: '', ...seen })
      .execute();
  } else if (what === 'area') {
    await transaction
      .insertInto('areas')
      .values({ site, name, ...seen })
      .execute();
  } else {
    await transaction
      .insertInto('sources')
      .values({ site, name, kind: 'unknown', node_type: null, area, title: name, ...seen })
      .execute();
  }
}

async function rowsOf(transaction: Transaction<Tables>, table: 'sites' | 'areas' | 'sources'): Promise<number> {
  const { count } = await transaction
    .selectFrom(table)
    .select((on) => on.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}
