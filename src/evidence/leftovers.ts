import type { Log } from '../contracts/ports.ts';
import type { Database } from '../database/database.ts';
import type { EvidenceFiles } from './evidence-files.ts';

/** Files without a row that are younger than this may belong to a store that is just closing. */
const strayAgeMs = 60_000;

/**
 * Ends every open incident at its last message: nobody else will once its flow was stopped or killed.
 * @returns the ids of those that it ended.
 */
export async function endOpenIncidents({ query }: Database): Promise<string[]> {
  const ended = await query
    .updateTable('incidents')
    .set((column) => ({ ended_at: column.ref('updated_at') }))
    .where('ended_at', 'is', null)
    .returning('id')
    .execute();
  return ended.map(({ id }) => id);
}

/** Deletes the files that an earlier run wrote and then had no time to write a row for. */
export async function sweepStrays(database: Database, files: EvidenceFiles, now: number, log: Log): Promise<void> {
  let removed = 0;
  for await (const batch of files.newest()) {
    for (const file of await withoutRow(database, batch)) {
      if (now - (await files.writtenAt(file)) < strayAgeMs) continue;
      await files.remove(file);
      removed += 1;
    }
  }
  if (removed > 0) log.warn(`Removed ${removed} evidence files that an earlier run left without an incident.`);
}

/**
 * Deletes the files of a transaction that failed. The database is asked, since a worker that was lost may have
 * committed; what cannot be asked is left to the next start.
 */
export async function removeStrays(database: Database, files: EvidenceFiles, written: string[]): Promise<void> {
  if (written.length === 0) return;
  for (const file of await withoutRow(database, written)) await files.remove(file);
}

async function withoutRow({ query }: Database, files: readonly string[]): Promise<string[]> {
  const rows = await query.selectFrom('media').select('file').where('file', 'in', files).execute();
  const known = new Set(rows.map(({ file }) => file));
  return files.filter((file) => !known.has(file));
}
