import type { UserLink } from '../contracts/accounts.ts';
import { SentinelError } from '../contracts/errors.ts';
import type { Database } from '../database/database.ts';
import { hashOf, newSecret } from './secrets.ts';

const validMs = 24 * 3_600_000;

/** Links with which the owner of an account sets its password, once within a day. */
export class AccountLinks {
  readonly #database: () => Promise<Database>;

  constructor(database: () => Promise<Database>) {
    this.#database = database;
  }

  /** A new link; the older ones of the account end. */
  async make(userId: string, now: number): Promise<UserLink> {
    const { query } = await this.#database();
    const link = newSecret();
    const expiresAt = now + validMs;
    await query.transaction().execute(async (turn) => {
      await turn.deleteFrom('account_links').where('user_id', '=', userId).execute();
      await turn.deleteFrom('account_links').where('expires_at', '<', now).execute();
      const row = { hash: hashOf(link), user_id: userId, expires_at: expiresAt };
      await turn.insertInto('account_links').values(row).execute();
    });
    return { link, expiresAt };
  }

  /** The account of a link that counts; it stays good until `use`. */
  async find(link: string, now: number): Promise<string | undefined> {
    const { query } = await this.#database();
    const row = await query
      .selectFrom('account_links')
      .select('user_id')
      .where('hash', '=', hashOf(link))
      .where('expires_at', '>', now)
      .executeTakeFirst();
    return row?.user_id;
  }

  /** Uses a link up: of two at the same time one gets through. @throws SentinelError ES_ACCOUNT */
  async use(link: string, now: number): Promise<string> {
    const { query } = await this.#database();
    const row = await query
      .deleteFrom('account_links')
      .where('hash', '=', hashOf(link))
      .where('expires_at', '>', now)
      .returning('user_id')
      .executeTakeFirst();
    if (row === undefined) throw badLink();
    return row.user_id;
  }
}

export function badLink(): SentinelError {
  return new SentinelError('ES_ACCOUNT', 'This link was used already, is too old, or is none.', {
    hint: 'Ask an admin for a new one, or use `echosight users reset`.',
  });
}
