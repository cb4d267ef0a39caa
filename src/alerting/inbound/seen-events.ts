import type { Database } from '../../database/database.ts';

/** Meta posts the same for up to 7 days. */
const keptMs = 8 * 24 * 3_600_000;
/** Of an account on disk: some hundred a day are usual. */
const mostKept = 50_000;
/** In memory, for as long as the database fails. */
const mostRemembered = 5_000;
/** Old ones go with each so manieth new one. */
const sweepEvery = 200;

/** Which events of an account came before: a provider posts each at least once, for days. */
export class SeenEvents {
  readonly #database: () => Promise<Database>;
  readonly #account: string;
  readonly #remembered = new Set<string>();
  #added = 0;

  constructor(database: () => Promise<Database>, account: string) {
    this.#database = database;
    this.#account = account;
  }

  /** Whether it came before in this process. */
  knows(key: string): boolean {
    return this.#remembered.has(key);
  }

  /** Remembers an event, on disk unless the database fails. @returns whether it is new. */
  async add(key: string, now: number): Promise<boolean> {
    if (this.#remembered.has(key)) return false;
    this.#remember(key);
    try {
      const { query } = await this.#database();
      if (this.#added++ % sweepEvery === 0) await this.#sweep(now);
      const { numInsertedOrUpdatedRows: inserted } = await query
        .insertInto('webhook_events')
        .values({ account: this.#account, key, seen_at: now })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return inserted !== 0n;
    } catch {
      // What memory knows must do; the outbox says that the database fails.
      return true;
    }
  }

  #remember(key: string): void {
    this.#remembered.add(key);
    for (const oldest of this.#remembered) {
      if (this.#remembered.size <= mostRemembered) break;
      this.#remembered.delete(oldest);
    }
  }

  async #sweep(now: number): Promise<void> {
    const { query } = await this.#database();
    await query
      .deleteFrom('webhook_events')
      .where('seen_at', '<', now - keptMs)
      .execute();
    const newest = query
      .selectFrom('webhook_events')
      .select('seen_at')
      .where('account', '=', this.#account)
      .orderBy('seen_at', 'desc')
      .limit(1)
      .offset(mostKept);
    await query
      .deleteFrom('webhook_events')
      .where('account', '=', this.#account)
      .where('seen_at', '<=', newest)
      .execute();
  }
}
