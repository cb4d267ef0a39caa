import { createHash } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { ChainRow } from '../../database/tables.ts';

export type ChainKind = 'incident' | 'review' | 'media' | 'removal';

/** An entry as it is bound into the chain. */
export type ChainEntry = Omit<Selectable<ChainRow>, 'hash'>;

/** The hash before the first entry. */
export const firstHash: Uint8Array = Buffer.alloc(32);

/** What stands for an entry where it is not told what it says. */
export function entryHash({ seq, kind, subject, incident_id, digest, at }: ChainEntry): Buffer {
  const said = JSON.stringify([seq, kind, subject, incident_id, Buffer.from(digest).toString('hex'), at]);
  return createHash('sha256').update(said).digest();
}

/** The hash of an entry: of all before it, and of what it says. */
export function linkHash(before: Uint8Array, entry: Uint8Array): Buffer {
  return createHash('sha256').update(before).update(entry).digest();
}
