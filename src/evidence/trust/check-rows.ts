import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type BetterSqlite3 from 'better-sqlite3';
import type { Selectable } from 'kysely';
import type { IncidentRow, MediaRow, RemovalRow, ReviewRow, SignalRow } from '../../database/tables.ts';
import { evidenceFilePath } from '../evidence-id.ts';
import type { ChainKind } from './chain-entry.ts';
import type { Faults } from './faults.ts';
import { incidentDigest, mediaDigest, removalDigest, reviewDigest } from './row-digests.ts';
import type { VerifyProgress } from './verify-progress.ts';

export interface CheckedRows {
  incidents: number;
  files: number;
  bytes: number;
}

/** Whether the newest entry of the chain for a row says what the row says. */
class Vouched {
  readonly #newest: BetterSqlite3.Statement;

  constructor(connection: BetterSqlite3.Database) {
    this.#newest = connection.prepare(
      'SELECT digest FROM chain WHERE incident_id = ? AND kind = ? AND subject = ? ORDER BY seq DESC LIMIT 1',
    );
  }

  fault(kind: ChainKind, subject: string, incident: string, digest: Buffer): string | undefined {
    const entry = this.#newest.get(incident, kind, subject) as { digest: Uint8Array } | undefined;
    if (entry === undefined) return 'The chain knows nothing of it.';
    return digest.equals(entry.digest) ? undefined : 'It is not what it was.';
  }
}

/** Compares rows with the chain, in both directions, and files with rows. */
export async function checkRows(
  connection: BetterSqlite3.Database,
  folder: string,
  faults: Faults,
  progress: VerifyProgress,
): Promise<CheckedRows> {
  const vouched = new Vouched(connection);
  const incidents = checkIncidents(connection, vouched, faults, progress);
  const tables = [
    { kind: 'review', table: 'reviews', digest: reviewDigest },
    { kind: 'removal', table: 'removals', digest: removalDigest },
  ] as const;
  for (const { kind, table, digest } of tables) {
    for (const row of connection.prepare(`SELECT * FROM ${table}`).iterate() as Iterable<
      Selectable<ReviewRow> & Selectable<RemovalRow>
    >) {
      const fault = vouched.fault(kind, row.id, row.incident_id, digest(row));
      if (fault !== undefined) faults.add(`${kind} ${row.id} of incident ${row.incident_id}`, fault);
    }
  }
  findDeleted(connection, faults);
  return { incidents, ...(await checkFiles(connection, vouched, folder, faults, progress)) };
}

function checkIncidents(
  connection: BetterSqlite3.Database,
  vouched: Vouched,
  faults: Faults,
  progress: VerifyProgress,
): number {
  const signals = connection.prepare('SELECT * FROM signals WHERE incident_id = ?');
  let count = 0;
  for (const row of connection.prepare('SELECT * FROM incidents').iterate() as Iterable<Selectable<IncidentRow>>) {
    count += 1;
    progress.passIncident();
    const digest = incidentDigest(row, signals.all(row.id) as Selectable<SignalRow>[]);
    const fault = vouched.fault('incident', row.id, row.id, digest);
    if (fault !== undefined) faults.add(`incident ${row.id}`, fault);
  }
  return count;
}

/** What the chain knows of and is no longer there, though nobody wrote down that it was removed. */
function findDeleted(connection: BetterSqlite3.Database, faults: Faults): void {
  const tables = [
    ['incident', 'incidents'],
    ['review', 'reviews'],
    ['media', 'media'],
    ['removal', 'removals'],
  ] as const;
  const removed = `SELECT 1 FROM removals WHERE removals.incident_id = chain.incident_id
    AND (what = 'incident' OR (chain.kind = 'media' AND instr(media_json, '"' || chain.subject || '"') > 0))`;
  for (const [kind, table] of tables) {
    const gone = connection.prepare(
      `SELECT DISTINCT subject, incident_id FROM chain WHERE kind = '${kind}'
        AND NOT EXISTS (SELECT 1 FROM ${table} WHERE id = subject)
        AND ${kind === 'removal' ? 'TRUE' : `NOT EXISTS (${removed})`}`,
    );
    for (const { subject, incident_id: incident } of gone.iterate() as Iterable<{
      subject: string;
      incident_id: string;
    }>) {
      const of = kind === 'incident' ? '' : ` of incident ${incident}`;
      faults.add(`${kind} ${subject}${of}`, 'It was deleted.');
    }
  }
}

async function checkFiles(
  connection: BetterSqlite3.Database,
  vouched: Vouched,
  folder: string,
  faults: Faults,
  progress: VerifyProgress,
): Promise<Omit<CheckedRows, 'incidents'>> {
  let [files, bytes] = [0, 0];
  for (const row of connection.prepare('SELECT * FROM media').iterate() as Iterable<Selectable<MediaRow>>) {
    const fault = vouched.fault('media', row.id, row.incident_id, mediaDigest(row));
    if (fault !== undefined) faults.add(`media ${row.id} of incident ${row.incident_id}`, fault);
    const digest = evidenceFilePath.test(row.file) ? await digestOfFile(join(folder, row.file)) : undefined;
    files += 1;
    bytes += row.bytes;
    progress.passFile(row.bytes);
    if (digest === undefined) faults.add(row.file, 'The file is missing.');
    else if (digest !== row.sha256) faults.add(row.file, 'The file is not what it was.');
  }
  return { files, bytes };
}

/** Hex; undefined when it cannot be read. */
export async function digestOfFile(file: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file), hash);
    return hash.digest('hex');
  } catch {
    return undefined;
  }
}
