import type { Database } from '../database/database.ts';

/** What is uploaded is good for 30 days, and shown some time after it was looked up here. */
const goodMs = 25 * 24 * 3_600_000;
/** Of an account: some days of alarms. */
const mostKept = 1_000;

/** Which pictures and recordings the provider has already, by their content. No method rejects: what is not known is uploaded. */
export interface UploadMemory {
  find(sha256: string): Promise<string | undefined>;
  keep(sha256: string, mediaId: string): Promise<void>;
  /** The provider does not know it any more, or cannot use it. */
  forget(mediaId: string): Promise<void>;
}

/** The uploads of an account, on disk: the same picture of another node, or after a restart, is uploaded once. */
export class UploadedMedia implements UploadMemory {
  readonly #database: () => Promise<Database>;
  readonly #account: string;
  readonly #now: () => number;

  constructor(database: () => Promise<Database>, account: string, now: () => number) {
    this.#database = database;
    this.#account = account;
    this.#now = now;
  }

  async find(sha256: string): Promise<string | undefined> {
    try {
      const { query } = await this.#database();
      const row = await query
        .selectFrom('uploaded_media')
        .select('media_id')
        .where('account', '=', this.#account)
        .where('sha256', '=', sha256)
        // A clock that was set back makes nothing older; what the provider has forgotten it says.
        .where('uploaded_at', '>', this.#now() - goodMs)
        .executeTakeFirst();
      return row?.media_id;
    } catch {
      return undefined;
    }
  }

  async keep(sha256: string, mediaId: string): Promise<void> {
    const now = this.#now();
    const row = { account: this.#account, sha256, media_id: mediaId, uploaded_at: now };
    await this.#write(async ({ query }) => {
      const known = query.insertInto('uploaded_media').values(row);
      await known.onConflict((conflict) => conflict.columns(['account', 'sha256']).doUpdateSet(row)).execute();
      await query
        .deleteFrom('uploaded_media')
        .where('uploaded_at', '<', now - goodMs)
        .execute();
      const newest = query
        .selectFrom('uploaded_media')
        .select('sha256')
        .where('account', '=', this.#account)
        .orderBy('uploaded_at', 'desc')
        .limit(mostKept);
      await query
        .deleteFrom('uploaded_media')
        .where('account', '=', this.#account)
        .where('sha256', 'not in', newest)
        .execute();
    });
  }

  async forget(mediaId: string): Promise<void> {
    await this.#write(async ({ query }) => {
      await query
        .deleteFrom('uploaded_media')
        .where('account', '=', this.#account)
        .where('media_id', '=', mediaId)
        .execute();
    });
  }

  async #write(change: (database: Database) => Promise<void>): Promise<void> {
    try {
      await change(await this.#database());
    } catch {
      // It is uploaded once more; the outbox says that the database fails.
    }
  }
}
