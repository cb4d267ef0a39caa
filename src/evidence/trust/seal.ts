import { createHash, sign, verify, type KeyObject } from 'node:crypto';
import type BetterSqlite3 from 'better-sqlite3';
import type { Selectable } from 'kysely';
import type { SealRow } from '../../database/tables.ts';
import { firstHash } from './chain-entry.ts';
import { fingerprint, type SigningKey } from './signing-key.ts';

/** So many entries at most, so that a bundle with a few incidents stays small. */
const entriesOfSeal = 5000;

/** What a seal says of a stretch of the chain. */
export interface SealStatement {
  v: 1;
  seq: number;
  /** First and last entry. */
  from: number;
  to: number;
  /** Hash before the first entry, and of the last one, hex. */
  before: string;
  hash: string;
  /** SHA-256 of the statement of the seal before, hex; empty for the first one. */
  previous: string;
  /** Epoch ms. */
  at: number;
  /** Fingerprint of the key that signed. */
  key: string;
}

/** Seals what the chain has got since the last seal. @returns how many seals that took. */
export function sealChain(connection: BetterSqlite3.Database, key: SigningKey, at: number): number {
  return connection
    .transaction(() => {
      let made = 0;
      while (sealNext(connection, key, at)) made += 1;
      return made;
    })
    .immediate();
}

function sealNext(connection: BetterSqlite3.Database, key: SigningKey, at: number): boolean {
  const row = connection.prepare('SELECT * FROM seals ORDER BY seq DESC LIMIT 1').get() as SealRow | undefined;
  const last = row && statementOf(row);
  const end = connection
    .prepare('SELECT seq, hash FROM chain WHERE seq > ? AND seq <= ? ORDER BY seq DESC LIMIT 1')
    .get(last?.to ?? 0, (last?.to ?? 0) + entriesOfSeal) as { seq: number; hash: Uint8Array } | undefined;
  if (end === undefined) return false;
  const statement: SealStatement = {
    v: 1,
    seq: (last?.seq ?? 0) + 1,
    from: (last?.to ?? 0) + 1,
    to: end.seq,
    before: last?.hash ?? hex(firstHash),
    hash: hex(end.hash),
    previous: row === undefined ? '' : createHash('sha256').update(row.statement).digest('hex'),
    at,
    key: fingerprint(key.publicKey),
  };
  const text = JSON.stringify(statement);
  connection
    .prepare('INSERT INTO seals (seq, statement, signature) VALUES (?, ?, ?)')
    .run(statement.seq, text, sign(null, Buffer.from(text), key.privateKey));
  return true;
}

export function statementOf(row: Pick<Selectable<SealRow>, 'statement'>): SealStatement {
  return JSON.parse(row.statement) as SealStatement;
}

export function isSignedBy(text: string, signature: Uint8Array, key: KeyObject): boolean {
  return verify(null, Buffer.from(text), key, signature);
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
