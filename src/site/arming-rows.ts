import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Arming } from '../contracts/arming.ts';
import { armingWays } from '../contracts/messages.ts';
import type { Database } from '../database/database.ts';

/** Changes of the mode that are kept: who armed and disarmed, and when. */
const mostRows = 1000;

/** Where changes of the mode are kept. */
export interface ArmingKeeper {
  /** The newest one, as it was set; undefined where nobody ever set one. @throws SentinelError ES_DATABASE, ES_WORKER_LOST */
  newest(): Promise<Arming | undefined>;
  /** Writes one down: it survives power cuts. @throws SentinelError ES_DATABASE, ES_WORKER_LOST */
  add(arming: Arming): Promise<void>;
}

/** Rows of the site's database, which is not created only to find out that nothing is in it. */
export class ArmingRows implements ArmingKeeper {
  readonly #file: string;
  readonly #database: () => Promise<Database>;

  constructor(folder: string, database: () => Promise<Database>) {
    this.#file = join(folder, 'sentinel.db');
    this.#database = database;
  }

  async newest(): Promise<Arming | undefined> {
    if (!existsSync(this.#file)) return undefined;
    const { query } = await this.#database();
    const row = await query.selectFrom('arming').selectAll().orderBy('seq', 'desc').limit(1).executeTakeFirst();
    if (row === undefined) return undefined;
    const { mode, before, by, holds_from: from, created_at: at } = row;
    return { mode, counting: before, from, by, at, how: armingWays.find((way) => way === row.how) ?? 'flow' };
  }

  async add({ mode, counting, from, by, how, at }: Arming): Promise<void> {
    const { query } = await this.#database();
    await query.transaction().execute(async (turn) => {
      const row = { mode, before: counting, holds_from: from, by, how, created_at: at };
      const { seq } = await turn.insertInto('arming').values(row).returning('seq').executeTakeFirstOrThrow();
      await turn
        .deleteFrom('arming')
        .where('seq', '<=', seq - mostRows)
        .execute();
    });
  }
}
