import { SentinelError } from '../contracts/errors.ts';
import type { Database } from '../database/database.ts';
import { hashOf } from './secrets.ts';

/** So many failures cost nothing: people mistype. An address has fewer, for one machine should know its password. */
const free = { name: 10, peer: 5 } as const;
const firstWaitMs = 5_000;
const longestWaitMs = 15 * 60_000;
/** After a day without a failure it begins anew. */
const forgottenAfterMs = 24 * 3_600_000;
/** More names and addresses than these fail in a flood only: the oldest are forgotten. */
const mostRemembered = 5_000;

/** Somebody must wait before the next login. */
export class LoginWait extends SentinelError {
  readonly seconds: number;

  constructor(seconds: number) {
    super('ES_LOGIN_WAIT', `Too many logins failed. Try again in ${seconds} s.`);
    this.seconds = seconds;
  }
}

/**
 * Makes guessing slow: each failure beyond the first few doubles the wait of its name and of its address, up to a quarter of an hour.
 * It is kept in the database, so a restart gives nobody a fresh start.
 */
export class LoginWaits {
  readonly #database: () => Promise<Database>;

  constructor(database: () => Promise<Database>) {
    this.#database = database;
  }

  /**
   * Counts a try as a failure until `succeeded` takes it back: so tries at the same time cannot slip past each other. Whether or not
   * there is an account of this name: the answer must not tell.
   * @throws LoginWait when it must be waited; such a try is not counted.
   */
  async attempt(what: string, peer: string, now: number): Promise<void> {
    const { query } = await this.#database();
    const keys = keysOf(what, peer);
    await query.transaction().execute(async (turn) => {
      const known = await turn.selectFrom('login_failures').selectAll().where('key', 'in', keys).execute();
      const fresh = known.filter((row) => now - row.last_at < forgottenAfterMs);
      // A clock that was set back must not lock anybody out for longer than the rule says.
      const until = Math.max(0, ...fresh.map((row) => Math.min(row.wait_until, now + longestWaitMs)));
      if (until > now) throw new LoginWait(Math.ceil((until - now) / 1000));
      const rows = keys.map((key, n) => {
        const failures = (fresh.find((row) => row.key === key)?.failures ?? 0) + 1;
        const wait_until = now + waitAfter(failures - (n === 0 ? free.name : free.peer));
        return { key, failures, last_at: now, wait_until };
      });
      await turn.replaceInto('login_failures').values(rows).execute();
      const newest = turn.selectFrom('login_failures').select('key').orderBy('last_at', 'desc').limit(mostRemembered);
      await turn.deleteFrom('login_failures').where('key', 'not in', newest).execute();
    });
  }

  /** The right password was given: its name has nothing to wait for; its address keeps what other names cost. */
  async succeeded(what: string, peer: string): Promise<void> {
    const { query } = await this.#database();
    const [name = '', address = ''] = keysOf(what, peer);
    await query.deleteFrom('login_failures').where('key', '=', name).execute();
    await query
      .updateTable('login_failures')
      .set((on) => ({ failures: on('failures', '-', 1), wait_until: 0 }))
      .where('key', '=', address)
      .execute();
  }
}

function waitAfter(beyond: number): number {
  return beyond < 0 ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** beyond);
}

/** What somebody typed as a name may be a password in the wrong field: only its hash is kept. */
function keysOf(what: string, peer: string): string[] {
  return [`of ${hashOf(what)}`, `from ${peer}`];
}
