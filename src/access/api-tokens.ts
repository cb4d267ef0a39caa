import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { NewToken, TokenRecord, TokenRequest } from '../contracts/accounts.ts';
import { SentinelError } from '../contracts/errors.ts';
import type { Database } from '../database/database.ts';
import type { ApiTokenRow } from '../database/tables.ts';
import { hashOf, newSecret } from './secrets.ts';
import { sourcesJson, tokenRecord } from './user-rows.ts';

/** A token is known by it, also to programs that look for leaked secrets. */
export const tokenPrefix = 'echosight_';
const dayMs = 24 * 3_600_000;
const noticedEveryMs = 60_000;
const mostTokens = 200;
/** Revoked and expired ones are shown for so long. */
const shownMs = 90 * dayMs;

/** Tokens of programs: shown once, kept as hashes, with a role and a scope of their own. */
export class ApiTokens {
  readonly #database: () => Promise<Database>;

  constructor(database: () => Promise<Database>) {
    this.#database = database;
  }

  /** @throws SentinelError ES_ACCOUNT when there are too many. */
  async make({ name, role, sources, expiresInDays }: TokenRequest, by: string, now: number): Promise<NewToken> {
    const { query } = await this.#database();
    const token = tokenPrefix + newSecret();
    const row: Selectable<ApiTokenRow> = {
      ...{ id: randomUUID(), hash: hashOf(token), name, role, sources_json: sourcesJson(sources), made_by: by },
      ...{ created_at: now, expires_at: expiresInDays === undefined ? null : now + expiresInDays * dayMs },
      ...{ used_at: null, revoked_at: null },
    };
    await query.transaction().execute(async (turn) => {
      for (const column of ['revoked_at', 'expires_at'] as const) {
        await turn
          .deleteFrom('api_tokens')
          .where(column, '<', now - shownMs)
          .execute();
      }
      const known = await turn.selectFrom('api_tokens').select('id').execute();
      if (known.length >= mostTokens) throw new SentinelError('ES_ACCOUNT', `There are ${mostTokens} tokens already.`);
      await turn.insertInto('api_tokens').values(row).execute();
    });
    return { ...tokenRecord(row), token };
  }

  async list(): Promise<TokenRecord[]> {
    const { query } = await this.#database();
    return (await query.selectFrom('api_tokens').selectAll().orderBy('created_at', 'desc').execute()).map(tokenRecord);
  }

  /** @returns undefined when there is none that counts. */
  async revoke(id: string, now: number): Promise<TokenRecord | undefined> {
    const { query } = await this.#database();
    const row = await query
      .updateTable('api_tokens')
      .set({ revoked_at: now })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .returningAll()
      .executeTakeFirst();
    return row && tokenRecord(row);
  }

  /** The token of a secret, while it counts. */
  async find(secret: string, now: number): Promise<TokenRecord | undefined> {
    return secret.startsWith(tokenPrefix) ? await this.#valid('hash', hashOf(secret), now) : undefined;
  }

  /** The token of an id, while it counts. */
  async byId(id: string, now: number): Promise<TokenRecord | undefined> {
    return await this.#valid('id', id, now);
  }

  async #valid(column: 'hash' | 'id', value: string, now: number): Promise<TokenRecord | undefined> {
    const { query } = await this.#database();
    const row = await query
      .selectFrom('api_tokens')
      .selectAll()
      .where(column, '=', value)
      .where('revoked_at', 'is', null)
      .where((on) => on.or([on('expires_at', 'is', null), on('expires_at', '>', now)]))
      .executeTakeFirst();
    if (row !== undefined && now - (row.used_at ?? 0) > noticedEveryMs) {
      await query.updateTable('api_tokens').set({ used_at: now }).where('id', '=', row.id).execute();
    }
    return row && tokenRecord(row);
  }
}
