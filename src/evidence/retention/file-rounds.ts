import type { Database } from '../../database/database.ts';
import type { EvidenceFiles } from '../evidence-files.ts';

/** So many rows of a round at a time. */
const perTurn = 500;
const newestRemovals = 200;

/** Deletes the files of the newest removals that a crash between row and file has left. */
export async function sweepRemoved({ query }: Database, files: EvidenceFiles): Promise<void> {
  const rows = await query
    .selectFrom('removals')
    .select('media_json')
    .orderBy('at', 'desc')
    .limit(newestRemovals)
    .execute();
  for (const { media_json: list } of rows) {
    for (const [, , file] of JSON.parse(list) as [id: string, sha256: string, file: string][]) {
      await files.remove(file).catch(() => undefined);
    }
  }
}

/** Goes round all files, some with each turn, and notes which are not there, or are there again. */
export class FileRounds {
  readonly #database: Database;
  readonly #files: EvidenceFiles;
  readonly #onChange: (incidentId: string) => void;
  #after = '';

  constructor(database: Database, files: EvidenceFiles, onChange: (incidentId: string) => void) {
    this.#database = database;
    this.#files = files;
    this.#onChange = onChange;
  }

  /** @returns how many files turned out to be missing. @throws SentinelError ES_DATABASE, ES_WORKER_LOST */
  async turn(): Promise<number> {
    const { query } = this.#database;
    const rows = await query
      .selectFrom('media')
      .select(['id', 'incident_id', 'file', 'missing'])
      .where('id', '>', this.#after)
      .orderBy('id')
      .limit(perTurn)
      .execute();
    this.#after = rows.length < perTurn ? '' : (rows.at(-1)?.id ?? '');
    let found = 0;
    for (const row of rows) {
      const missing = (await this.#files.isThere(row.file)) ? 0 : 1;
      if (missing === row.missing) continue;
      await query.updateTable('media').set({ missing }).where('id', '=', row.id).execute();
      this.#onChange(row.incident_id);
      found += missing;
    }
    return found;
  }
}
