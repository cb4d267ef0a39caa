import type { Selectable } from 'kysely';
import type { Database } from '../database/database.ts';
import type { UserRow } from '../database/tables.ts';
import type { SessionRecord } from '../contracts/accounts.ts';
import { hashOf, newSecret } from './secrets.ts';

/** Who does nothing for so long is asked again: a page that is open asks all the time. */
export const idleMs = 7 * 24 * 3_600_000;
/** However busy it is. */
export const longestMs = 30 * 24 * 3_600_000;
const noticedEveryMs = 60_000;
/** One person has so many browsers; the oldest is logged out. */
const mostOfUser = 20;
const longestAgent = 300;
/** Of a hash: enough to tell twenty apart, and worth nothing to who reads it. */
const idLength = 32;

/** Browsers that are logged in. Only hashes are kept: who reads the database can log in nowhere. */
export class Sessions {
  readonly #database: () => Promise<Database>;

  constructor(database: () => Promise<Database>) {
    this.#database = database;
  }

  /** A session of its own for every login: an id that somebody brought along is worth nothing. @returns the cookie */
  async begin(userId: string, now: number, agent = ''): Promise<string> {
    const { query } = await this.#database();
    const secret = newSecret();
    const row = {
      ...{ hash: hashOf(secret), user_id: userId, created_at: now, used_at: now, expires_at: now + longestMs },
      agent: agent === '' ? null : agent.slice(0, longestAgent),
    };
    await query.transaction().execute(async (turn) => {
      const over = (column: 'expires_at' | 'used_at', before: number) =>
        turn.deleteFrom('sessions').where(column, '<', before).execute();
      await over('expires_at', now);
      await over('used_at', now - idleMs);
      await turn.insertInto('sessions').values(row).execute();
      const own = turn.selectFrom('sessions').select('hash').where('user_id', '=', userId);
      const newest = own.orderBy('created_at', 'desc').limit(mostOfUser);
      await turn.deleteFrom('sessions').where('user_id', '=', userId).where('hash', 'not in', newest).execute();
      await turn.updateTable('users').set({ logged_in_at: now }).where('id', '=', userId).execute();
    });
    return secret;
  }

  /** The account of a cookie, while both count. */
  async find(secret: string, now: number): Promise<Selectable<UserRow> | undefined> {
    const { query } = await this.#database();
    const hash = hashOf(secret);
    const row = await query
      .selectFrom('sessions')
      .innerJoin('users', 'users.id', 'sessions.user_id')
      .selectAll('users')
      .select('sessions.used_at as used_at')
      .where('sessions.hash', '=', hash)
      .where('sessions.expires_at', '>', now)
      .where('sessions.used_at', '>', now - idleMs)
      .where('users.disabled', '=', 0)
      .executeTakeFirst();
    if (row !== undefined && now - row.used_at > noticedEveryMs) {
      await query.updateTable('sessions').set({ used_at: now }).where('hash', '=', hash).execute();
    }
    return row;
  }

  /** Those of an account that count, newest first. @param secret of the one that asks */
  async list(userId: string, now: number, secret = ''): Promise<SessionRecord[]> {
    const { query } = await this.#database();
    const rows = await query
      .selectFrom('sessions')
      .selectAll()
      .where('user_id', '=', userId)
      .where('expires_at', '>', now)
      .where('used_at', '>', now - idleMs)
      .orderBy('created_at', 'desc')
      .execute();
    const own = hashOf(secret);
    return rows.map(({ hash, created_at, used_at, agent }) => ({
      ...{ id: hash.slice(0, idLength), createdAt: created_at, usedAt: used_at, current: hash === own },
      ...(agent === null ? {} : { agent }),
    }));
  }

  /** Ends one of an account's, or all. @returns how many there were */
  async endOf(userId: string, id?: string): Promise<number> {
    const { query } = await this.#database();
    let rows = query.deleteFrom('sessions').where('user_id', '=', userId);
    if (id !== undefined)
      rows = rows.where((on) => on(on.fn('substr', ['hash', on.lit(1), on.lit(idLength)]), '=', id));
    return Number((await rows.executeTakeFirst()).numDeletedRows);
  }

  async end(secret: string): Promise<void> {
    const { query } = await this.#database();
    await query.deleteFrom('sessions').where('hash', '=', hashOf(secret)).execute();
  }
}
