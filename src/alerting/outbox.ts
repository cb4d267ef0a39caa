import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import type { OutboxRow } from '../database/tables.ts';
import { recoverRows, type RecoverySpans } from './outbox-recovery.ts';
import type { Receipt } from './receipts.ts';
import {
  heldForm,
  repliedTo,
  outgoing,
  rateMemoryMs,
  standing,
  textsFirst,
  reached,
  unfinished,
  waiting,
  waitingAgain,
  type OutboxState,
  type Outgoing,
  type Part,
  type Upload,
  type Waiting,
} from './outbox-row.ts';
import { OutboxTurns, type TurnStore } from './outbox-turns.ts';

const keptMs = 30 * 24 * 3_600_000;

/** What works through rows needs of where they are. */
export type OutboxStore = Pick<Outbox, keyof Outbox>;

/** The rows of one account. Every method that writes resolves when it is on disk; all throw ES_DATABASE. */
export class Outbox {
  readonly #query: Database['query'];
  readonly #account: string;
  /** What waits for its turn. */
  readonly turns: TurnStore;

  constructor(database: Database, account: string) {
    this.#query = database.query;
    this.#account = account;
    this.turns = new OutboxTurns(database, account);
  }

  /** Writes all rows of an alert or none; rows older than 30 days go, those of accounts that nobody uses any more too. */
  async add(rows: readonly OutboxRow[], now: number): Promise<void> {
    await this.#query.transaction().execute(async (transaction) => {
      await transaction
        .deleteFrom('outbox')
        .where('created_at', '<', now - keptMs)
        .execute();
      await transaction.insertInto('outbox').values(rows).execute();
      // Whose text was accepted meanwhile need not wait for it.
      const accepted = transaction.selectFrom('outbox').select('id').where('state', '=', 'accepted');
      const added = rows.map(({ id }) => id);
      const replies = transaction.updateTable('outbox').where('id', 'in', added).where('depends_on', 'in', accepted);
      await replies.set({ next_at: now }).execute();
    });
  }

  /** See `recoverRows`. */
  async recover(now: number, spans: RecoverySpans, underWay: readonly string[] = []): Promise<number> {
    return await recoverRows(this.#query, this.#account, now, spans, underWay);
  }

  /** The clock was set: what waits keeps its age, and waits as long as before. */
  async shift(stepMs: number): Promise<void> {
    const shifted = ['created_at', 'next_at', 'late_at', 'deadline', 'start_at'] as const;
    await this.#query
      .updateTable('outbox')
      .set(Object.fromEntries(shifted.map((column) => [column, sql`${sql.ref(column)} + ${stepMs}`])))
      .where('account', '=', this.#account)
      .where('state', 'in', unfinished)
      .execute();
  }

  /** Ends what has passed its deadline; what was held for a person who never wrote was needless. @returns it, each text before what belongs to it. */
  async expire(now: number): Promise<Outgoing[]> {
    const expired = await this.#query
      .updateTable('outbox')
      .set({ state: sql`iif(form = ${heldForm}, 'cancelled', 'expired')`, media: null, updated_at: now })
      .where('account', '=', this.#account)
      .where('state', 'in', waiting)
      .where('deadline', '<=', now)
      .returning(outgoing)
      .execute();
    return textsFirst(expired);
  }

  /** The texts that have become late and still wait; each is returned once. */
  async takeLate(now: number): Promise<Outgoing[]> {
    return await this.#query
      .updateTable('outbox')
      .set({ late_at: null })
      .where('account', '=', this.#account)
      .where('state', 'in', waiting)
      .where('late_at', '<=', now)
      .returning(outgoing)
      .execute();
  }

  /** What of at least this severity may be sent now: highest severity first, then oldest first. */
  async due(part: Part, now: number, limit: number, leastSeverity = 0): Promise<Outgoing[]> {
    return await this.#query
      .selectFrom('outbox')
      .select(outgoing)
      .where('account', '=', this.#account)
      .where('part', '=', part)
      .where('severity', '>=', leastSeverity)
      .where('state', 'in', waiting)
      .where('next_at', '<=', now)
      .orderBy('severity', 'desc')
      .orderBy('created_at')
      .orderBy('id')
      .limit(limit)
      .execute();
  }

  /** When something next falls due, becomes late or passes its deadline. */
  async nextTime(now: number): Promise<number | undefined> {
    const row = await this.#query
      .selectFrom('outbox')
      .select(({ fn }) => [
        fn.min('next_at').filterWhere('next_at', '>', now).as('due'),
        fn.min('late_at').as('late'),
        fn.min('deadline').as('deadline'),
      ])
      .where('account', '=', this.#account)
      .where('state', 'in', waiting)
      .executeTakeFirstOrThrow();
    const times = Object.values(row as Record<string, number | null>).filter((time) => time !== null);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Marks a row as being sent, before anything is. What may have arrived once is from now on a possible duplicate. */
  async claim(row: Outgoing, now: number): Promise<Outgoing> {
    const change = {
      state: 'sending' satisfies OutboxState,
      attempts: row.attempts + 1,
      maybe_duplicate: row.state === 'unknown' ? 1 : row.maybe_duplicate,
      updated_at: now,
    };
    await this.#query.updateTable('outbox').set(change).where('id', '=', row.id).execute();
    return { ...row, ...change };
  }

  /**
   * The provider took it; what replies to it may go now, with the time of its own that it is given.
   * @param form the form in which it was sent, of channels that have several.
   * @returns false when a receipt has decided it before: it was accepted, or failed and waits to be sent anew.
   */
  async accept(id: string, providerId: string, now: number, replyMs: number, form?: string): Promise<boolean> {
    return await this.#query.transaction().execute(async (transaction) => {
      const changed = await transaction
        .updateTable('outbox')
        .set({
          state: 'accepted',
          provider_id: providerId,
          error_json: null,
          media: null,
          accepted_at: now,
          updated_at: now,
          ...(form === undefined ? {} : { form }),
        })
        .where('id', '=', id)
        .where('state', 'in', unfinished)
        .where((row) => row.or([row('provider_id', 'is', null), row('provider_id', '!=', providerId)]))
        .executeTakeFirst();
      if (changed.numUpdatedRows === 0n) return false;
      await transaction
        .updateTable('outbox')
        .set({ next_at: now, deadline: now + replyMs })
        .where('depends_on', '=', id)
        .where('state', 'in', waiting)
        .execute();
      return true;
    });
  }

  /**
   * It is tried again at `nextAt`.
   * @param change `form`: in another form; `refused`: the provider's id of the message that has failed.
   * @param from states out of which it may; `accepted` where a receipt takes that back.
   * @returns false when a receipt has decided it before.
   */
  async wait(id: string, change: Waiting, from: readonly OutboxState[] = unfinished): Promise<boolean> {
    const changed = await this.#query
      .updateTable('outbox')
      .set(waitingAgain(change))
      .where('id', '=', id)
      .where('state', 'in', from)
      .executeTakeFirst();
    return changed.numUpdatedRows > 0n;
  }

  /**
   * It is over, and so is what would have replied to it.
   * @param from as in `wait`.
   * @returns the replies that failed with it; undefined when a receipt has decided it before.
   */
  async fail(
    id: string,
    error: string,
    now: number,
    from: readonly OutboxState[] = unfinished,
  ): Promise<Outgoing[] | undefined> {
    return await this.#query.transaction().execute(async (transaction) => {
      const failed = transaction
        .updateTable('outbox')
        .set({ state: 'failed', media: null, error_json: error, updated_at: now });
      const changed = await failed.where('id', '=', id).where('state', 'in', from).executeTakeFirst();
      if (changed.numUpdatedRows === 0n) return undefined;
      return await failed.where('depends_on', '=', id).where('state', 'in', waiting).returning(outgoing).execute();
    });
  }

  /** The row that a receipt is about: the one that went along with the message, else the one that the provider has named. */
  async receiptRow({ id, tag = '' }: Pick<Receipt, 'id' | 'tag'>): Promise<Outgoing | undefined> {
    const rows = await this.#query
      .selectFrom('outbox')
      .select(outgoing)
      .where('account', '=', this.#account)
      .where((row) => row.or([row('id', '=', tag), row('provider_id', '=', id)]))
      .execute();
    return rows.find((row) => row.id === tag) ?? rows[0];
  }

  /**
   * Writes down how far a message has come: the provider has it now, whatever an attempt under way will say, and what replies to it
   * may go.
   */
  async progress(row: Outgoing, { id: providerId, status }: Receipt, now: number, replyMs: number): Promise<Outgoing> {
    return await this.#query.transaction().execute(async (transaction) => {
      if (row.state !== 'accepted') {
        await transaction
          .updateTable('outbox')
          .set({ next_at: now, deadline: now + replyMs })
          .where('depends_on', '=', row.id)
          .where('state', 'in', waiting)
          .execute();
      }
      return await transaction
        .updateTable('outbox')
        .set(reached(row, { status, providerId, now }))
        .where('id', '=', row.id)
        .returning(outgoing)
        .executeTakeFirstOrThrow();
    });
  }

  /** When messages to a person were accepted, as far back as limits look, ascending. */
  async sentTo(recipient: string, now: number): Promise<number[]> {
    const rows = await this.#query
      .selectFrom('outbox')
      .select('accepted_at')
      .where('account', '=', this.#account)
      .where('recipient', '=', recipient)
      .where((row) => row.between('accepted_at', now - rateMemoryMs, now))
      .orderBy('accepted_at')
      .execute();
    return rows.map((row) => row.accepted_at ?? now);
  }

  /** The texts about an incident that a node has sent or will, one of each person: what follows replies to these. */
  async textsOf(node: string, incidentId: string): Promise<Outgoing[]> {
    const rows = await this.#query
      .selectFrom('outbox')
      .select(outgoing)
      .where('account', '=', this.#account)
      .where('node', '=', node)
      .where('incident_id', '=', incidentId)
      .where('part', '=', 'text')
      .where('state', 'in', standing)
      .orderBy('sequence')
      .execute();
    return repliedTo(rows);
  }

  /** The picture that replies to a text, as long as it can still be shown: not sent yet, or sent with an earlier try of the text. */
  async pictureOf(id: string): Promise<Outgoing | undefined> {
    return await this.#query
      .selectFrom('outbox')
      .select(outgoing)
      .where('depends_on', '=', id)
      .where('part', '=', 'image')
      .where((row) => row.or([row('state', 'in', waiting), row('media_id', 'is not', null)]))
      .executeTakeFirst();
  }

  /** The provider's id of an accepted row. */
  async providerId(id: string): Promise<string | undefined> {
    const row = await this.#query.selectFrom('outbox').select('provider_id').where('id', '=', id).executeTakeFirst();
    return row?.provider_id ?? undefined;
  }

  /** The picture or recording of a row. */
  async media(id: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const row = await this.#query.selectFrom('outbox').select('media').where('id', '=', id).executeTakeFirst();
    return row?.media === null || row?.media === undefined ? undefined : new Uint8Array(row.media);
  }

  /** One upload serves all recipients of an alert; null forgets it. */
  async setMediaId({ alert_id: alertId, part, sequence }: Upload, mediaId: string | null): Promise<void> {
    await this.#query
      .updateTable('outbox')
      .set({ media_id: mediaId })
      .where('alert_id', '=', alertId)
      .where('part', '=', part)
      .where('sequence', '=', sequence)
      .where('state', 'in', unfinished)
      .execute();
  }
}
