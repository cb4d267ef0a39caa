import type { Database } from '../database/database.ts';

/** How many messages wait, and how many failed for good or expired. @throws SentinelError ES_DATABASE */
export async function outboxCounts(database: Database): Promise<{ queued: number; failed: number }> {
  const rows = await database.query
    .selectFrom('outbox')
    .select(({ fn }) => ['state', fn.countAll<number>().as('rows')])
    .groupBy('state')
    .execute();
  const of = (...states: string[]): number =>
    rows.filter((row) => states.includes(row.state)).reduce((sum, row) => sum + row.rows, 0);
  return { queued: of('queued', 'sending', 'unknown'), failed: of('failed', 'expired') };
}
