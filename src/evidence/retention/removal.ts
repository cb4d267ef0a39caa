import type { Database } from '../../database/database.ts';
import type { EvidenceFiles } from '../evidence-files.ts';
import { appendToChain, linkOf } from '../trust/chain.ts';
import type { Due } from './due.ts';

export interface RemovalWork {
  database: Database;
  files: EvidenceFiles;
  newId: () => string;
  now: () => number;
}

/**
 * Deletes what is due, and writes down that it was. Rows first, in one transaction, then the files: what a crash leaves of them is
 * swept later. Judged anew in the transaction: somebody may have held it since.
 * @returns bytes that went; undefined when it may not go any more.
 * @throws SentinelError ES_DATABASE, ES_WORKER_LOST
 */
export async function remove(
  { database, files, newId, now }: RemovalWork,
  due: Pick<Due, 'incidentId' | 'what' | 'why'>,
  by: string,
): Promise<number | undefined> {
  const { incidentId: id, what, why } = due;
  const gone = await database.query.transaction().execute(async (transaction) => {
    const incident = await transaction.selectFrom('incidents').selectAll().where('id', '=', id).executeTakeFirst();
    if (incident === undefined || incident.held === 1 || incident.ended_at === null) return undefined;
    if (incident.severity === 3 && incident.review_state === 'pending') return undefined;
    const media = await transaction.selectFrom('media').selectAll().where('incident_id', '=', id).execute();
    const removal = {
      ...{ id: newId(), incident_id: id, what, why, by, at: now() },
      media_json: JSON.stringify(media.map((row) => [row.id, row.sha256, row.file])),
    };
    await transaction.insertInto('removals').values(removal).execute();
    await appendToChain(transaction, [linkOf.removal(removal)], removal.at);
    await transaction.deleteFrom('media').where('incident_id', '=', id).execute();
    if (what === 'incident') {
      if (incident.place !== null) {
        await transaction.deleteFrom('incident_words').where('rowid', '=', incident.place).execute();
      }
      await transaction.deleteFrom('reviews').where('incident_id', '=', id).execute();
      await transaction.deleteFrom('incidents').where('id', '=', id).execute();
    }
    return media;
  });
  if (gone === undefined) return undefined;
  for (const { file } of gone) await files.remove(file).catch(() => undefined);
  return gone.reduce((sum, { bytes }) => sum + bytes, 0);
}
