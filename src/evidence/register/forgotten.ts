import type { Transaction } from 'kysely';
import type { Database } from '../../database/database.ts';
import type { Tables } from '../../database/tables.ts';
import { isWhole, newestNaming } from './older-names.ts';
import type { Sighting } from './sightings.ts';

/** What is gone and in no incident any more is forgotten after so many days. */
export const forgottenAfterDays = 30;
const forgottenAfterMs = forgottenAfterDays * 86_400_000;
/** Of each table at a time. */
const perRound = 50;
/** Models are kept longer than anything that they judged; of these the ones that were not used for longest go. */
const mostModels = 1000;

type Gone = Pick<Sighting, 'what' | 'site' | 'name'>;
const tables = { site: 'sites', area: 'areas', source: 'sources' } as const;

/**
 * Forgets what has long been gone and no incident names. Looked for anew in the transaction that deletes: an incident may have come since.
 * @param now epoch ms.
 * @returns what was forgotten.
 */
export async function forget({ query }: Database, now: number): Promise<Gone[]> {
  const forgotten: Gone[] = [];
  if (!(await isWhole(query))) return forgotten;
  for (const what of ['site', 'area', 'source'] as const) {
    for (const gone of await query.transaction().execute((transaction) => candidates(transaction, what, now))) {
      const went = await query.transaction().execute((transaction) => forgetOne(transaction, gone));
      if (went) forgotten.push(gone);
    }
  }
  await query.transaction().execute((transaction) => forgetModels(transaction, now));
  return forgotten;
}

/** Gone for long, and the incident that was known to name it is not there any more. */
async function candidates(transaction: Transaction<Tables>, what: Gone['what'], now: number): Promise<Gone[]> {
  const longAgo = now - forgottenAfterMs;
  if (what === 'site') {
    const rows = await transaction
      .selectFrom('sites')
      .leftJoin('incidents', 'incidents.id', 'sites.named_in')
      .select('sites.id')
      .where('sites.gone_at', '<', longAgo)
      .where('incidents.id', 'is', null)
      .limit(perRound)
      .execute();
    return rows.map(({ id }) => ({ what, site: id, name: id }));
  }
  const table = tables[what];
  const rows = await transaction
    .selectFrom(table)
    .leftJoin('incidents', 'incidents.id', `${table}.named_in`)
    .select([`${table}.site`, `${table}.name`])
    .where(`${table}.gone_at`, '<', longAgo)
    .where('incidents.id', 'is', null)
    .limit(perRound)
    .execute();
  return rows.map(({ site, name }) => ({ what, site, name }));
}

async function forgetOne(transaction: Transaction<Tables>, gone: Gone): Promise<boolean> {
  const { what, site, name } = gone;
  const named = await newestNaming(transaction, gone);
  if (what === 'site') {
    if (named === undefined) await transaction.deleteFrom('sites').where('id', '=', name).execute();
    else await transaction.updateTable('sites').set({ named_in: named.id }).where('id', '=', name).execute();
    return named === undefined;
  }
  const table = tables[what];
  if (named === undefined) {
    await transaction.deleteFrom(table).where('site', '=', site).where('name', '=', name).execute();
    if (what === 'source') {
      await transaction.deleteFrom('model_sources').where('site', '=', site).where('source', '=', name).execute();
    }
  } else {
    await transaction
      .updateTable(table)
      .set({ named_in: named.id })
      .where('site', '=', site)
      .where('name', '=', name)
      .execute();
  }
  return named === undefined;
}

async function forgetModels(transaction: Transaction<Tables>, now: number): Promise<void> {
  // Sources that somebody made up, which never had a row.
  await transaction
    .deleteFrom('model_sources')
    .where('last_used', '<', now - forgottenAfterMs)
    .where((on) => {
      const row = on
        .selectFrom('sources')
        .select('sources.name')
        .whereRef('sources.site', '=', 'model_sources.site')
        .whereRef('sources.name', '=', 'model_sources.source');
      return on.not(on.exists(row));
    })
    .execute();
  const rows = await transaction
    .selectFrom('models')
    .select(['id', 'sha256'])
    .orderBy('last_used', 'desc')
    .offset(mostModels)
    .limit(mostModels)
    .execute();
  for (const { id, sha256 } of rows) {
    await transaction.deleteFrom('models').where('id', '=', id).where('sha256', '=', sha256).execute();
  }
}
