import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import { waiting } from './outbox-row.ts';

/** What waited longer than this while we were not running is no alarm any more. */
const renewedWithinMs = 24 * 3_600_000;

/** By severity, in milliseconds. */
export interface RecoverySpans {
  /** How long a row is tried. */
  deadlineMs: readonly number[];
  /** From which age on it is late. */
  lateMs: readonly number[];
  /** How long a receipt of what may have arrived is waited for. */
  unansweredMs?: readonly number[];
}

/**
 * Picks up what an earlier process left: what it was sending may have arrived, everything is due at once that need not wait for its turn, the time
 * that we were not running does not count against the deadline, and what is late is told again.
 * @param underWay ids of rows that this process is sending.
 * @returns how many rows wait.
 * @throws SentinelError ES_DATABASE
 */
export async function recoverRows(
  query: Database['query'],
  account: string,
  now: number,
  spans: RecoverySpans,
  underWay: readonly string[],
): Promise<number> {
  return await query.transaction().execute(async (transaction) => {
    const rows = transaction.updateTable('outbox').where('account', '=', account);
    await rows.set({ state: 'unknown' }).where('state', '=', 'sending').where('id', 'not in', underWay).execute();
    for (const [severity, span] of spans.lateMs.entries()) {
      await rows
        .set({ late_at: sql`coalesce(start_at, created_at) + ${span}` })
        .where('state', 'in', waiting)
        .where('part', '=', 'text')
        .where('severity', '=', severity)
        .execute();
    }
    for (const [severity, span] of spans.deadlineMs.entries()) {
      await rows
        .set({ deadline: sql`max(deadline, ${now + span}, coalesce(start_at, 0) + ${span})` })
        .where('state', 'in', waiting)
        .where('severity', '=', severity)
        .where('created_at', '>', now - renewedWithinMs)
        .execute();
    }
    const accepted = transaction.selectFrom('outbox').select('id').where('state', '=', 'accepted');
    await rows
      // What is held back is asked anew: quiet hours may have changed meanwhile.
      .set({ next_at: sql`case when hold is null then max(${now}, coalesce(start_at, 0)) else ${now} end` })
      .where('state', 'in', waiting)
      .where((row) => row.or([row('depends_on', 'is', null), row('depends_on', 'in', accepted)]))
      .execute();
    for (const [severity, span] of (spans.unansweredMs ?? []).entries()) {
      await rows
        .set({ next_at: now + span })
        .where('state', '=', 'unknown')
        .where('severity', '=', severity)
        .execute();
    }
    const { left } = await transaction
      .selectFrom('outbox')
      .select(({ fn }) => fn.countAll<number>().as('left'))
      .where('account', '=', account)
      .where('state', 'in', waiting)
      .executeTakeFirstOrThrow();
    return left;
  });
}
