import type { Kysely, Selectable } from 'kysely';
import type { Tables } from '../../database/tables.ts';
import { entryHash, firstHash, linkHash, type ChainEntry, type ChainKind } from './chain-entry.ts';
import {
  incidentDigest,
  mediaDigest,
  removalDigest,
  reviewDigest,
  type MediaFacts,
  type RemovalFacts,
  type ReviewFacts,
} from './row-digests.ts';

/** Something that is to be bound into the chain. */
export type Link = Pick<ChainEntry, 'subject' | 'incident_id' | 'digest'> & { kind: ChainKind };

export const linkOf = {
  media: (row: MediaFacts): Link => ({
    ...{ kind: 'media', subject: row.id, incident_id: row.incident_id },
    digest: mediaDigest(row),
  }),
  review: (row: ReviewFacts): Link => ({
    ...{ kind: 'review', subject: row.id, incident_id: row.incident_id },
    digest: reviewDigest(row),
  }),
  removal: (row: RemovalFacts): Link => ({
    ...{ kind: 'removal', subject: row.id, incident_id: row.incident_id },
    digest: removalDigest(row),
  }),
} as const;

/** Of some incidents, what their rows and signals say now. */
export async function incidentLinks(transaction: Kysely<Tables>, ids: readonly string[]): Promise<Link[]> {
  if (ids.length === 0) return [];
  const rows = await transaction.selectFrom('incidents').selectAll().where('id', 'in', ids).execute();
  const signals = await transaction.selectFrom('signals').selectAll().where('incident_id', 'in', ids).execute();
  const ofIncident = Map.groupBy(signals, (signal) => signal.incident_id);
  return rows.map((row) => ({
    ...{ kind: 'incident', subject: row.id, incident_id: row.id },
    digest: incidentDigest(row, ofIncident.get(row.id) ?? []),
  }));
}

/** Binds what was just written into the chain, in the transaction that wrote it. @param at epoch ms. */
export async function appendToChain(transaction: Kysely<Tables>, links: readonly Link[], at: number): Promise<void> {
  if (links.length === 0) return;
  const last = await transaction
    .selectFrom('chain')
    .select(['seq', 'hash'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  let { seq, hash } = last ?? { seq: 0, hash: firstHash };
  const entries = links.map((link): Selectable<Tables['chain']> => {
    seq += 1;
    const entry = { ...link, seq, at };
    hash = linkHash(hash, entryHash(entry));
    return { ...entry, hash };
  });
  await transaction.insertInto('chain').values(entries).execute();
}
