import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import type { OutboxRow } from '../database/tables.ts';
import { outgoing, unfinished, type Outgoing } from './outbox-row.ts';

const readAtOnce = 1_000;
/** They may have 5 MB each. */
const picturesAtOnce = 20;
const probeBytes = 262_144;

/** Moves the rows of one account between disk and memory. All methods throw ES_DATABASE. */
export class OutboxHandover {
  readonly #query: Database['query'];
  readonly #account: string;

  constructor(database: Database, account: string) {
    this.#query = database.query;
    this.#account = account;
  }

  /** What is not over, the most severe first, as much of it as memory should hold. */
  async unfinished(): Promise<Outgoing[]> {
    return await this.#query
      .selectFrom('outbox')
      .select(outgoing)
      .where('account', '=', this.#account)
      .where('state', 'in', unfinished)
      .orderBy('severity', 'desc')
      .orderBy('created_at')
      .limit(readAtOnce)
      .execute();
  }

  /** The pictures of the rows that are not over, by row. */
  async unfinishedPictures(): Promise<Map<string, Uint8Array>> {
    const rows = await this.#query
      .selectFrom('outbox')
      .select(['id', 'media'])
      .where('account', '=', this.#account)
      .where('state', 'in', unfinished)
      .where('media', 'is not', null)
      .orderBy('severity', 'desc')
      .orderBy('created_at')
      .limit(picturesAtOnce)
      .execute();
    return new Map(rows.flatMap(({ id, media }) => (media === null ? [] : [[id, media]])));
  }

  /** @throws SentinelError ES_DATABASE unless there is room for some alerts to come: reading, or an empty write, says little. */
  async proveWritable(): Promise<void> {
    await sql`drop table if exists room_probe`.execute(this.#query);
    await sql`create table room_probe as select zeroblob(${probeBytes}) as room`.execute(this.#query);
    await sql`drop table room_probe`.execute(this.#query);
  }

  /** Writes rows as they are now, new ones and known ones, all or none. A picture stays until its row is over. */
  async writeDown(rows: readonly OutboxRow[]): Promise<void> {
    await this.#query.transaction().execute(async (transaction) => {
      for (const row of rows) {
        const { media, ...known } = row;
        const over = unfinished.every((state) => state !== row.state);
        await transaction
          .insertInto('outbox')
          .values(row)
          .onConflict((conflict) => conflict.column('id').doUpdateSet(over ? { ...known, media } : known))
          .execute();
      }
    });
  }
}
