import { sql } from 'kysely';
import type { Incident } from '../contracts/messages.ts';
import type { Database } from '../database/database.ts';
import type { OutboxRow } from '../database/tables.ts';
import { pairRateMemoryMs } from './pair-rate.ts';
import type { AlertHistory } from './policy.ts';

/**
 * queued: waits for its time. sending: an attempt is under way. unknown: an attempt may have succeeded.
 * accepted, failed, expired: over.
 */
export type OutboxState = 'queued' | 'sending' | 'unknown' | 'accepted' | 'failed' | 'expired';
export type Part = 'text' | 'image';

/** A row without its picture, which is read only when it is uploaded. */
export type Outgoing = Omit<OutboxRow, 'media'>;

const waiting: OutboxState[] = ['queued', 'unknown'];
const unfinished: OutboxState[] = [...waiting, 'sending'];
const keptMs = 30 * 24 * 3_600_000;
/** What waited longer than this while we were not running is no alarm any more. */
const renewedWithinMs = 24 * 3_600_000;

const columns = [
  'id',
  'alert_id',
  'incident_id',
  'site',
  'area',
  'source',
  'reason',
  'severity',
  'channel',
  'account',
  'recipient',
  'part',
  'sequence',
  'depends_on',
  'body',
  'media_id',
  'state',
  'attempts',
  'next_at',
  'deadline',
  'provider_id',
  'error_json',
  'maybe_duplicate',
  'created_at',
  'updated_at',
  'accepted_at',
] as const satisfies readonly (keyof Outgoing)[];

/** The rows of one account. Every method that writes resolves when it is on disk; all throw ES_DATABASE. */
export class Outbox {
  readonly #query: Database['query'];
  readonly #account: string;

  constructor(database: Database, account: string) {
    this.#query = database.query;
    this.#account = account;
  }

  /** Writes all rows of an alert or none; rows older than 30 days go. */
  async add(rows: readonly OutboxRow[], now: number): Promise<void> {
    await this.#query.transaction().execute(async (transaction) => {
      await transaction
        .deleteFrom('outbox')
        .where('account', '=', this.#account)
        .where('created_at', '<', now - keptMs)
        .execute();
      await transaction.insertInto('outbox').values(rows).execute();
    });
  }

  /** What earlier alerts say about a new one. An alert that expired does not count: the next update may try again. */
  async history(
    { id, site, area, reason }: Incident,
    cooldownMs: number,
    now: number,
  ): Promise<AlertHistory & { nextSequence: number }> {
    const ofIncident = await this.#query
      .selectFrom('outbox')
      .select(({ fn }) => [
        fn.max('sequence').as('sequence'),
        fn.max('severity').filterWhere('state', '!=', 'expired').as('severity'),
      ])
      .where('account', '=', this.#account)
      .where('incident_id', '=', id)
      .where('part', '=', 'text')
      .executeTakeFirstOrThrow();
    const ofReason = await this.#query
      .selectFrom('outbox')
      .select(({ fn }) => fn.max('severity').as('severity'))
      .where('account', '=', this.#account)
      .where('site', '=', site)
      .where('area', '=', area)
      .where('reason', '=', reason)
      .where('part', '=', 'text')
      // After a step of the clock back, what lies in the future counts for nothing.
      .where((row) => row.between('accepted_at', now - cooldownMs, now))
      .executeTakeFirstOrThrow();
    // Aggregates of no rows are null, whatever their type says.
    const { sequence, severity } = ofIncident as { sequence: number | null; severity: number | null };
    const recent = ofReason as { severity: number | null };
    return {
      alerted: severity ?? undefined,
      recent: cooldownMs > 0 ? (recent.severity ?? undefined) : undefined,
      nextSequence: (sequence ?? -1) + 1,
    };
  }

  /**
   * Picks up what an earlier process left: what it was sending may have arrived, everything is due at once, and the
   * time that we were not running does not count against the deadline.
   * @returns how many rows wait.
   */
  async recover(now: number, spans: readonly number[]): Promise<number> {
    return await this.#query.transaction().execute(async (transaction) => {
      const rows = transaction.updateTable('outbox').where('account', '=', this.#account);
      await rows.set({ state: 'unknown' }).where('state', '=', 'sending').execute();
      for (const [severity, span] of spans.entries()) {
        await rows
          .set({ deadline: sql`max(deadline, ${now + span})` })
          .where('state', 'in', waiting)
          .where('severity', '=', severity)
          .where('created_at', '>', now - renewedWithinMs)
          .execute();
      }
      const accepted = transaction.selectFrom('outbox').select('id').where('state', '=', 'accepted');
      await rows
        .set({ next_at: now })
        .where('state', 'in', waiting)
        .where((row) => row.or([row('depends_on', 'is', null), row('depends_on', 'in', accepted)]))
        .execute();
      const { left } = await transaction
        .selectFrom('outbox')
        .select(({ fn }) => fn.countAll<number>().as('left'))
        .where('account', '=', this.#account)
        .where('state', 'in', waiting)
        .executeTakeFirstOrThrow();
      return left;
    });
  }

  /** The clock was set: what waits keeps waiting as long as before. */
  async shift(stepMs: number): Promise<void> {
    await this.#query
      .updateTable('outbox')
      .set({ next_at: sql`next_at + ${stepMs}`, deadline: sql`deadline + ${stepMs}` })
      .where('account', '=', this.#account)
      .where('state', 'in', unfinished)
      .execute();
  }

  /** Ends what has passed its deadline, and returns it. */
  async expire(now: number): Promise<Outgoing[]> {
    return await this.#query
      .updateTable('outbox')
      .set({ state: 'expired', media: null, updated_at: now })
      .where('account', '=', this.#account)
      .where('state', 'in', waiting)
      .where('deadline', '<=', now)
      .returning(columns)
      .execute();
  }

  /** What may be sent now: highest severity first, then oldest first. */
  async due(part: Part, now: number, limit: number): Promise<Outgoing[]> {
    return await this.#query
      .selectFrom('outbox')
      .select(columns)
      .where('account', '=', this.#account)
      .where('part', '=', part)
      .where('state', 'in', waiting)
      .where('next_at', '<=', now)
      .orderBy('severity', 'desc')
      .orderBy('created_at')
      .orderBy('id')
      .limit(limit)
      .execute();
  }

  /** When something next falls due or passes its deadline. */
  async nextTime(now: number): Promise<number | undefined> {
    const row = await this.#query
      .selectFrom('outbox')
      .select(({ fn }) => [
        fn.min('next_at').filterWhere('next_at', '>', now).as('due'),
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

  /** The provider took it; what replies to it may go now, with the time of its own that it is given. */
  async accept(id: string, providerId: string, now: number, replyMs: number): Promise<void> {
    await this.#query.transaction().execute(async (transaction) => {
      await transaction
        .updateTable('outbox')
        .set({
          state: 'accepted',
          provider_id: providerId,
          error_json: null,
          media: null,
          accepted_at: now,
          updated_at: now,
        })
        .where('id', '=', id)
        .execute();
      await transaction
        .updateTable('outbox')
        .set({ next_at: now, deadline: now + replyMs })
        .where('depends_on', '=', id)
        .where('state', 'in', waiting)
        .execute();
    });
  }

  /** It is tried again at `nextAt`. */
  async wait(
    id: string,
    change: { state: 'queued' | 'unknown'; nextAt: number; error: string; now: number },
  ): Promise<void> {
    await this.#query
      .updateTable('outbox')
      .set({ state: change.state, next_at: change.nextAt, error_json: change.error, updated_at: change.now })
      .where('id', '=', id)
      .execute();
  }

  /** It is over, and so is what would have replied to it. @returns the replies that failed with it. */
  async fail(id: string, error: string, now: number): Promise<Outgoing[]> {
    return await this.#query.transaction().execute(async (transaction) => {
      const failed = transaction
        .updateTable('outbox')
        .set({ state: 'failed', media: null, error_json: error, updated_at: now });
      await failed.where('id', '=', id).execute();
      return await failed.where('depends_on', '=', id).where('state', 'in', waiting).returning(columns).execute();
    });
  }

  async postpone(id: string, until: number): Promise<void> {
    await this.#query.updateTable('outbox').set({ next_at: until }).where('id', '=', id).execute();
  }

  /** Nothing that is due goes to this person before `until`. */
  async postponeRecipient(recipient: string, until: number, now: number): Promise<void> {
    await this.#query
      .updateTable('outbox')
      .set({ next_at: until })
      .where('account', '=', this.#account)
      .where('recipient', '=', recipient)
      .where('state', 'in', waiting)
      .where('next_at', '<=', now)
      .execute();
  }

  /** When messages to a person were accepted, as far back as the pair rate looks, ascending. */
  async sentTo(recipient: string, now: number): Promise<number[]> {
    const rows = await this.#query
      .selectFrom('outbox')
      .select('accepted_at')
      .where('account', '=', this.#account)
      .where('recipient', '=', recipient)
      .where((row) => row.between('accepted_at', now - pairRateMemoryMs, now))
      .orderBy('accepted_at')
      .execute();
    return rows.map((row) => row.accepted_at ?? now);
  }

  /** The provider's id of an accepted row. */
  async providerId(id: string): Promise<string | undefined> {
    const row = await this.#query.selectFrom('outbox').select('provider_id').where('id', '=', id).executeTakeFirst();
    return row?.provider_id ?? undefined;
  }

  /** The picture of a row. */
  async picture(id: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const row = await this.#query.selectFrom('outbox').select('media').where('id', '=', id).executeTakeFirst();
    return row?.media === null || row?.media === undefined ? undefined : new Uint8Array(row.media);
  }

  /** One upload serves all recipients of an alert; null forgets it. */
  async setMediaId(alertId: string, mediaId: string | null): Promise<void> {
    await this.#query
      .updateTable('outbox')
      .set({ media_id: mediaId })
      .where('alert_id', '=', alertId)
      .where('part', '=', 'image')
      .where('state', 'in', unfinished)
      .execute();
  }
}
