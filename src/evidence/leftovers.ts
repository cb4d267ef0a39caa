import type { Log } from '../contracts/ports.ts';
import type { Database } from '../database/database.ts';
import type { EvidenceFiles } from './evidence-files.ts';
import { appendToChain, incidentLinks } from './trust/chain.ts';

/** Files without a row that are younger than this may belong to a store that is just closing. */
const strayAgeMs = 60_000;

/** So many at a time: whoever waits for the database gets a turn in between. */
const endedPerTurn = 100;

/**
 * Ends every open incident at its last message: nobody else will once its flow was stopped or killed.
 * @param at epoch ms.
 * @returns the ids of those that it ended.
 */
export async function endOpenIncidents({ query }: Database, at: number): Promise<string[]> {
  const all: string[] = [];
  for (;;) {
    const ended = await query.transaction().execute(async (transaction) => {
      const open = await transaction
        .selectFrom('incidents')
        .select('id')
        .where('ended_at', 'is', null)
        .limit(endedPerTurn)
        .execute();
      const ids = open.map(({ id }) => id);
      if (ids.length === 0) return ids;
      await transaction
        .updateTable('incidents')
        .set((column) => ({ ended_at: column.ref('updated_at') }))
        .where('id', 'in', ids)
        .execute();
      await appendToChain(transaction, await incidentLinks(transaction, ids), at);
      return ids;
    });
    all.push(...ended);
    if (ended.length < endedPerTurn) return all;
  }
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
