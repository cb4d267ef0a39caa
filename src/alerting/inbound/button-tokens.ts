import { createHash, randomBytes } from 'node:crypto';
import type { Database } from '../../database/database.ts';
import { buttonActions, type ButtonAction } from './button-titles.ts';

/** An alert that is older is no business of a button any more. */
const validMs = 24 * 3_600_000;
/** Used and expired ones are known for so long, so that a press can be told why it does nothing. */
const keptMs = 8 * 24 * 3_600_000;

/** What a press comes to. */
export type Redeemed =
  { result: 'ok'; action: ButtonAction; incidentId: string } | { result: 'unknown' | 'used' | 'expired' | 'stranger' };

/**
 * What lies behind the buttons of an alert: a random word for each, good once, for one action on one incident by one person within a day.
 * Only its hash is kept.
 */
export class ButtonTokens {
  readonly #database: () => Promise<Database>;
  readonly #account: string;

  constructor(database: () => Promise<Database>, account: string) {
    this.#database = database;
    this.#account = account;
  }

  /** New words for the buttons of one message, one for each action. @throws SentinelError ES_DATABASE */
  async issue(incidentId: string, recipient: string, now: number): Promise<Record<ButtonAction, string>> {
    const { query } = await this.#database();
    const issued = buttonActions.map((action) => ({ action, token: randomBytes(24).toString('base64url') }));
    const rows = issued.map(({ action, token }) => ({
      ...{ hash: hashOf(token), account: this.#account, incident_id: incidentId, action, recipient },
      ...{ expires_at: now + validMs, used_at: null },
    }));
    await query.transaction().execute(async (turn) => {
      await turn
        .deleteFrom('button_tokens')
        .where('expires_at', '<', now - keptMs)
        .execute();
      await turn.insertInto('button_tokens').values(rows).execute();
    });
    return Object.fromEntries(issued.map(({ action, token }) => [action, token])) as Record<ButtonAction, string>;
  }

  /** Uses up a word. @throws SentinelError ES_DATABASE: then it is not used up. */
  async redeem(token: string, from: string, now: number): Promise<Redeemed> {
    const { query } = await this.#database();
    const hash = hashOf(token);
    const row = await query
      .updateTable('button_tokens')
      .set({ used_at: now })
      .where('hash', '=', hash)
      .where('account', '=', this.#account)
      .where('recipient', '=', from)
      .where('used_at', 'is', null)
      .where('expires_at', '>', now)
      .returning(['action', 'incident_id'])
      .executeTakeFirst();
    if (row !== undefined) return { result: 'ok', action: row.action as ButtonAction, incidentId: row.incident_id };
    const known = await query.selectFrom('button_tokens').selectAll().where('hash', '=', hash).executeTakeFirst();
    if (known?.account !== this.#account) return { result: 'unknown' };
    if (known.recipient !== from) return { result: 'stranger' };
    return { result: known.used_at === null ? 'expired' : 'used' };
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
