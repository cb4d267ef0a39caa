import type { Kysely } from 'kysely';
import type { ChainRow, Tables } from '../../database/tables.ts';
import { entryHash, firstHash, linkHash, type ChainEntry, type ChainKind } from './chain-entry.ts';
import {
  incidentDigest,
  mediaDigest,
  removalDigest,
  reviewDigest,
  type IncidentFacts,
  type MediaFacts,
  type RemovalFacts,
  type ReviewFacts,
  type SignalFacts,
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
  return rows.map((row) => incidentLink(row, ofIncident.get(row.id) ?? []));
}

/** @param signals all of the incident. */
export function incidentLink(row: IncidentFacts, signals: readonly SignalFacts[]): Link {
  return { kind: 'incident', subject: row.id, incident_id: row.id, digest: incidentDigest(row, signals) };
}

/** What ends the chain: what comes next is bound to it. */
export type ChainHead = Pick<ChainRow, 'seq' | 'hash'>;

/** The newest entry of the chain. */
export function chainHead(transaction: Kysely<Tables>) {
  return transaction.selectFrom('chain').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1);
}

/** The entries that follow a newest one (undefined: there is none). @param at epoch ms. */
export function entriesAfter(head: ChainHead | undefined, links: readonly Link[], at: number): ChainRow[] {
  let { seq, hash } = head ?? { seq: 0, hash: firstHash };
  return links.map((link) => {
    seq += 1;
    const entry = { ...link, seq, at };
    hash = linkHash(hash, entryHash(entry));
    return { ...entry, hash };
  });
}

/** Binds what was just written into the chain, in the transaction that wrote it. @param at epoch ms. */
export async function appendToChain(transaction: Kysely<Tables>, links: readonly Link[], at: number): Promise<void> {
  if (links.length === 0) return;
  const entries = entriesAfter(await chainHead(transaction).executeTakeFirst(), links, at);
  await transaction.insertInto('chain').values(entries).execute();
}
