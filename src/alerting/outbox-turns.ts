import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import {
  arrived,
  heldBack,
  heldForm,
  outgoing,
  waiting,
  type HoldSpan,
  type OutboxState,
  type Outgoing,
} from './outbox-row.ts';

/** What waits for its turn on disk, wherever that is. */
export type TurnStore = Pick<OutboxTurns, keyof OutboxTurns>;

/** The rows of one account that wait: for their turn, for an hour that is not quiet, or for what makes them needless. All throw ES_DATABASE. */
export class OutboxTurns {
  readonly #query: Database['query'];
  readonly #account: string;

  constructor(database: Database, account: string) {
    this.#query = database.query;
    this.#account = account;
  }

  /** What waits for its turn, or for something that would make it needless. */
  async scheduled(incidentId: string): Promise<Outgoing[]> {
    return await this.#query
      .selectFrom('outbox')
      .select(outgoing)
      .where('account', '=', this.#account)
      .where('incident_id', '=', incidentId)
      .where('unless', 'is not', null)
      .where('state', 'in', waiting)
      .execute();
  }

  /** These have become needless, and what would have replied to them. */
  async cancel(ids: readonly string[], now: number): Promise<void> {
    await this.#query
      .updateTable('outbox')
      .set({ state: 'cancelled', media: null, updated_at: now })
      .where('state', 'in', waiting)
      .where((row) => row.or([row('id', 'in', ids), row('depends_on', 'in', ids)]))
      .execute();
  }

  /** These need not wait for their turn any longer. */
  async hurry(ids: readonly string[], now: number): Promise<void> {
    await this.#query
      .updateTable('outbox')
      .set({ start_at: now, next_at: now })
      .where('id', 'in', ids)
      .where('state', 'in', waiting)
      .execute();
  }

  /** Holds a text back; what replies to it waits with it. */
  async hold(row: Outgoing, span: HoldSpan): Promise<void> {
    const change = heldBack(row, span);
    const { deadline = row.deadline } = change;
    await this.#query.transaction().execute(async (transaction) => {
      const rows = transaction.updateTable('outbox').where('state', 'in', waiting);
      await rows.set(change).where('id', '=', row.id).execute();
      await rows.set({ deadline, next_at: deadline }).where('depends_on', '=', row.id).execute();
    });
  }

  /** The texts to a person that were held back and may go now, oldest first. */
  async releasable(recipient: string, now: number): Promise<Outgoing[]> {
    return await this.#query
      .selectFrom('outbox')
      .select(outgoing)
      .where('account', '=', this.#account)
      .where('recipient', '=', recipient)
      .where('hold', 'in', ['quiet', 'snooze'])
      .where('state', 'in', waiting)
      .where('next_at', '<=', now)
      .orderBy('created_at')
      .orderBy(sql`rowid`)
      .execute();
  }

  /** One text tells what several would have; the others are not sent, nor what would have replied to them. */
  async gather(id: string, body: string, others: readonly string[], now: number): Promise<void> {
    await this.#query.transaction().execute(async (transaction) => {
      const rows = transaction.updateTable('outbox').where('state', 'in', waiting);
      const over = { state: 'cancelled' satisfies OutboxState, media: null, updated_at: now };
      await rows.set(over).where('depends_on', 'in', others).execute();
      await rows
        .set({ ...over, hold: 'summary', depends_on: id })
        .where('id', 'in', others)
        .execute();
      await rows.set({ body, hold: 'summary', updated_at: now }).where('id', '=', id).execute();
    });
  }

  /** The incidents that a text tells of beside its own: those of the texts that were gathered in it. */
  async toldIn(id: string): Promise<string[]> {
    const rows = await this.#query
      .selectFrom('outbox')
      .select('incident_id')
      .distinct()
      .where('depends_on', '=', id)
      .where('hold', '=', 'summary')
      .execute();
    return rows.map(({ incident_id: incident }) => incident);
  }

  /** What a snooze holds back need not wait for its end: the snooze has changed. */
  async endSnooze(now: number): Promise<void> {
    await this.#query
      .updateTable('outbox')
      .set({ next_at: now })
      .where('account', '=', this.#account)
      .where('hold', '=', 'snooze')
      .where('state', 'in', waiting)
      .execute();
  }

  /** Whether another node, of whatever channel, has told of the same incident, at least as severe. */
  async toldElsewhere(row: Outgoing, how: 'accepted' | 'delivered'): Promise<boolean> {
    // What was told together with others stands in the text that told them.
    const gathered = this.#query
      .selectFrom('outbox')
      .select('depends_on')
      .where('incident_id', '=', row.incident_id)
      .where('hold', '=', 'summary')
      .where('depends_on', 'is not', null);
    const other = await this.#query
      .selectFrom('outbox')
      .select('id')
      .where((one) => one.or([one('incident_id', '=', row.incident_id), one('id', 'in', gathered)]))
      .where('node', '!=', row.node)
      .where('part', '=', 'text')
      .where('severity', '>=', row.severity)
      .where((one) => (how === 'accepted' ? one('accepted_at', 'is not', null) : one('receipt', 'in', arrived)))
      .limit(1)
      .executeTakeFirst();
    return other !== undefined;
  }

  /** Nothing that is due and no more severe than this goes to a person before `until`. */
  async postpone(recipient: string, severity: number, until: number, now: number): Promise<void> {
    await this.#query
      .updateTable('outbox')
      .set({ next_at: until })
      .where('account', '=', this.#account)
      .where('recipient', '=', recipient)
      .where('severity', '<=', severity)
      .where('state', 'in', waiting)
      .where('next_at', '<=', now)
      .execute();
  }

  /** A person has written: what could not go before may go now. */
  async release(recipient: string, now: number): Promise<void> {
    await this.#query
      .updateTable('outbox')
      .set({ next_at: now })
      .where('account', '=', this.#account)
      .where('recipient', '=', recipient)
      .where('form', '=', heldForm)
      .where('state', 'in', waiting)
      .execute();
  }
}
