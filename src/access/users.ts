import { randomUUID } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import type { AccountView, UserChange, UserRecord, UserRequest } from '../contracts/accounts.ts';
import { SentinelError } from '../contracts/errors.ts';
import type { Database } from '../database/database.ts';
import type { Tables, UserRow } from '../database/tables.ts';
import { nameKeyOf, tidyName } from './account-names.ts';
import { sourcesJson, userRecord } from './user-rows.ts';

/** More people than this do not look at one house; who registers cannot fill the disk. */
const mostUsers = 500;

/** The accounts of a site: rows, and the rule that somebody always can change them. */
export class Users {
  readonly #database: () => Promise<Database>;

  constructor(database: () => Promise<Database>) {
    this.#database = database;
  }

  async any(): Promise<boolean> {
    const { query } = await this.#database();
    return (await query.selectFrom('users').select('id').limit(1).executeTakeFirst()) !== undefined;
  }

  async list(): Promise<UserRecord[]> {
    const { query } = await this.#database();
    const rows = await query
      .selectFrom('users')
      .selectAll()
      .select((on) => {
        const own = on.selectFrom('sessions').whereRef('sessions.user_id', '=', 'users.id');
        return own.select(({ fn }) => fn.max('sessions.used_at').as('at')).as('seen_at');
      })
      .orderBy('name_key')
      .execute();
    return rows.map((row) => ({ ...userRecord(row), ...(row.seen_at === null ? {} : { seenAt: row.seen_at }) }));
  }

  async byName(name: string): Promise<Selectable<UserRow> | undefined> {
    const { query } = await this.#database();
    return await query.selectFrom('users').selectAll().where('name_key', '=', nameKeyOf(name)).executeTakeFirst();
  }

  async byId(id: string): Promise<Selectable<UserRow> | undefined> {
    const { query } = await this.#database();
    return await query.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
  }

  /**
   * Makes an account.
   * @param password as `Passwords.hash` made it; absent: its owner sets one by a link.
   * @param only `first`: only if there is none yet.
   * @throws SentinelError ES_ACCOUNT
   */
  async add(
    { name, role, sources }: UserRequest,
    now: number,
    { password, only }: { password?: string; only?: 'first' } = {},
  ): Promise<Selectable<UserRow>> {
    const { query } = await this.#database();
    const tidy = tidyName(name);
    const row: Selectable<UserRow> = {
      ...{ id: randomUUID(), name: tidy, name_key: nameKeyOf(tidy), role, sources_json: sourcesJson(sources) },
      ...{ password: password ?? null, password_at: now, disabled: 0, view_json: '{}' },
      ...{ created_at: now, logged_in_at: null },
    };
    await query.transaction().execute(async (turn) => {
      const names = (await turn.selectFrom('users').select('name_key').execute()).map((user) => user.name_key);
      if (only === 'first' && names.length > 0) throw new SentinelError('ES_ACCOUNT', 'There is an account already.');
      if (names.includes(row.name_key)) throw new SentinelError('ES_ACCOUNT', `There is an account ${tidy} already.`);
      if (names.length >= mostUsers) throw new SentinelError('ES_ACCOUNT', `There are ${mostUsers} accounts already.`);
      await turn.insertInto('users').values(row).execute();
    });
    return row;
  }

  /** @throws SentinelError ES_ACCOUNT when nobody would be left who can change accounts. */
  async change(id: string, { role, sources, disabled }: UserChange): Promise<UserRecord | undefined> {
    const { query } = await this.#database();
    return await query.transaction().execute(async (turn) => {
      const changes = {
        ...(role === undefined ? {} : { role }),
        ...(sources === undefined ? {} : { sources_json: sourcesJson(sources) }),
        ...(disabled === undefined ? {} : { disabled: Number(disabled) }),
      };
      if (Object.keys(changes).length > 0) await turn.updateTable('users').set(changes).where('id', '=', id).execute();
      const row = await turn.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
      if (row === undefined) return undefined;
      if (row.disabled !== 0) await turn.deleteFrom('sessions').where('user_id', '=', id).execute();
      await assertAdminLeft(turn);
      return userRecord(row);
    });
  }

  /** @returns whether there was one. @throws SentinelError ES_ACCOUNT when nobody would be left who can change accounts. */
  async remove(id: string): Promise<boolean> {
    const { query } = await this.#database();
    return await query.transaction().execute(async (turn) => {
      await turn.deleteFrom('sessions').where('user_id', '=', id).execute();
      await turn.deleteFrom('account_links').where('user_id', '=', id).execute();
      const gone = await turn.deleteFrom('users').where('id', '=', id).executeTakeFirst();
      await assertAdminLeft(turn);
      return gone.numDeletedRows > 0;
    });
  }

  /** Sets a password. Whatever was logged in with the old one is so no more, but for one session. */
  async setPassword(id: string, password: string, now: number, keptSession = ''): Promise<void> {
    const { query } = await this.#database();
    await query.transaction().execute(async (turn) => {
      await turn.updateTable('users').set({ password, password_at: now }).where('id', '=', id).execute();
      await turn.deleteFrom('sessions').where('user_id', '=', id).where('hash', '!=', keptSession).execute();
      await turn.deleteFrom('account_links').where('user_id', '=', id).execute();
    });
  }

  /** Keeps the same password in the form of today. */
  async renewHash(id: string, before: string, password: string): Promise<void> {
    const { query } = await this.#database();
    await query.updateTable('users').set({ password }).where('id', '=', id).where('password', '=', before).execute();
  }

  async setView(id: string, view: AccountView): Promise<void> {
    const { query } = await this.#database();
    await query
      .updateTable('users')
      .set({ view_json: JSON.stringify(view) })
      .where('id', '=', id)
      .execute();
  }
}

/** Somebody must be left who can log in and change accounts; where there is no account any more, everything is as before. */
async function assertAdminLeft(turn: Kysely<Tables>): Promise<void> {
  const rows = await turn.selectFrom('users').select(['role', 'disabled', 'sources_json']).execute();
  const admins = rows.filter((row) => row.role === 'admin' && row.disabled === 0 && row.sources_json === null);
  if (rows.length > 0 && admins.length === 0) {
    throw new SentinelError('ES_ACCOUNT', 'One admin who may see everything must be left.');
  }
}
