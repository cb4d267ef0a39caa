import { createHash, type KeyObject } from 'node:crypto';
import type BetterSqlite3 from 'better-sqlite3';
import type { Selectable } from 'kysely';
import type { ChainRow, SealRow } from '../../database/tables.ts';
import { entryHash, firstHash, linkHash } from './chain-entry.ts';
import type { Faults } from './faults.ts';
import { hex, isSignedBy, statementOf, type SealStatement } from './seal.ts';
import { fingerprint } from './signing-key.ts';
import type { VerifyProgress } from './verify-progress.ts';

export interface CheckedChain {
  entries: number;
  seals: number;
  /** Entries that no seal stands for yet. */
  unsealed: number;
}

/** Follows the chain from its first entry to its last, and looks at each seal on the way. */
export function checkChain(
  connection: BetterSqlite3.Database,
  key: KeyObject | undefined,
  faults: Faults,
  progress: VerifyProgress,
): CheckedChain {
  const seals = checkSeals(connection, key, faults);
  const bounds = new Map<number, string>();
  let hash: Uint8Array = firstHash;
  let seq = 0;
  bounds.set(0, hex(hash));
  const wanted = new Set(seals.flatMap(({ from, to }) => [from - 1, to]));
  for (const row of connection.prepare('SELECT * FROM chain ORDER BY seq').iterate() as Iterable<
    Selectable<ChainRow>
  >) {
    seq += 1;
    progress.passEntry();
    if (row.seq !== seq) {
      faults.add(`chain entry ${seq}`, 'It is missing.');
      break;
    }
    hash = linkHash(hash, entryHash(row));
    if (!Buffer.from(hash).equals(row.hash)) {
      faults.add(`chain entry ${seq}`, 'It is not what it was, or not in its place.');
      break;
    }
    if (wanted.has(seq)) bounds.set(seq, hex(hash));
  }
  const written = connection.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'chain'").get() as
    { seq: number } | undefined;
  const last = seals.at(-1)?.to ?? 0;
  const reached = Math.max(written?.seq ?? 0, last);
  if (faults.count === 0 && reached > seq)
    faults.add(`chain entry ${seq + 1}`, `It is missing, with all up to ${reached}.`);
  if (faults.count === 0) compareBounds(seals, bounds, faults);
  return { entries: seq, seals: seals.length, unsealed: Math.max(seq - last, 0) };
}

function compareBounds(seals: readonly SealStatement[], bounds: ReadonlyMap<number, string>, faults: Faults): void {
  for (const seal of seals) {
    if (bounds.get(seal.from - 1) === seal.before && bounds.get(seal.to) === seal.hash) continue;
    faults.add(`seal ${seal.seq}`, `It was made of other entries than ${seal.from} to ${seal.to} are now.`);
    return;
  }
}

/** Each seal by itself, and that none is missing between them. */
function checkSeals(connection: BetterSqlite3.Database, key: KeyObject | undefined, faults: Faults): SealStatement[] {
  const rows = connection.prepare('SELECT * FROM seals ORDER BY seq').all() as Selectable<SealRow>[];
  const statements: SealStatement[] = [];
  let previous = '';
  let to = 0;
  for (const [n, row] of rows.entries()) {
    const statement = statementOf(row);
    const fault = sealFault(row, statement, key);
    if (fault !== undefined) faults.add(`seal ${row.seq}`, fault);
    if (row.seq !== n + 1 || statement.seq !== row.seq) faults.add(`seal ${n + 1}`, 'It is missing.');
    else if (statement.previous !== previous || statement.from !== to + 1) {
      faults.add(`seal ${row.seq}`, 'It does not follow from the one before.');
    }
    previous = createHash('sha256').update(row.statement).digest('hex');
    to = statement.to;
    statements.push(statement);
  }
  return statements;
}

/** What is wrong with a seal alone. */
export function sealFault(
  row: Pick<Selectable<SealRow>, 'statement' | 'signature'>,
  statement: SealStatement,
  key: KeyObject | undefined,
): string | undefined {
  if (key === undefined) return 'There is no public key to check it with.';
  if (statement.key !== fingerprint(key)) return 'It was made with another key.';
  return isSignedBy(row.statement, row.signature, key) ? undefined : 'Its signature is not right.';
}
