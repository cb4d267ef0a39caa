import { sql, type Kysely } from 'kysely';
import type { Caller } from '../contracts/access.ts';
import { slotMs, type StatisticsQuery } from '../contracts/statistics.ts';
import type { Tables } from '../database/tables.ts';
import { decidingActions } from './review-rows.ts';

/** Answers that are looked at for how quick they came, newest first. */
const mostResponses = 10_000;

/** What one Site tells of a span; the answers of several are added up outside. */
export interface StoredStatistics {
  slots: { at: number; severity: number; count: number }[];
  /** By source, reason and `ReviewState`. */
  groups: { site: string; source: string; reason: string; label: string; state: string; count: number }[];
  /** From the start of an incident to the first answer, in ms. */
  responses: number[];
}

/** What is counted: for whom may see only some, sources and sites as `Caller.sources` names them. */
export type StatisticsRequest = StatisticsQuery & Pick<Caller, 'sources'>;

/** Counts the incidents that began in a span, in the database: no row of one reaches the main loop. */
export async function readStatistics(query: Kysely<Tables>, asked: StatisticsRequest): Promise<StoredStatistics> {
  const { from, to, site, sources } = asked;
  let inSpan = query.selectFrom('incidents').where('started_at', '>=', from).where('started_at', '<', to);
  if (site !== undefined) inSpan = inSpan.where('site', '=', site);
  if (sources !== undefined) {
    const key = sql<string>`site || '/' || source`;
    inSpan = inSpan.where((on) => on.or([on('site', 'in', sources), on(key, 'in', sources)]));
  }

  const slot = sql<number>`CAST(started_at / ${slotMs} AS INTEGER)`;
  const slots = await inSpan
    .select(({ fn }) => [slot.as('slot'), 'severity', fn.countAll<number>().as('count')])
    .groupBy(['slot', 'severity'])
    .orderBy('slot')
    .execute();

  const groups = await inSpan
    .select(({ fn }) => ['site', 'source', 'reason', fn.max('label').as('label'), 'review_state as state'])
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .groupBy(['site', 'source', 'reason', 'review_state'])
    .execute();
  const responses = await inSpan
    .where('review_state', '<>', 'pending')
    .select((on) =>
      on
        .selectFrom('reviews')
        .whereRef('reviews.incident_id', '=', 'incidents.id')
        .where('action', 'in', decidingActions)
        .select(sql<number>`max(0, min(created_at) - incidents.started_at)`.as('ms'))
        .as('ms'),
    )
    .orderBy('started_at', 'desc')
    .limit(mostResponses)
    .execute();
  return {
    slots: slots.map((one) => ({ at: one.slot * slotMs, severity: one.severity, count: one.count })),
    groups,
    responses: responses.flatMap(({ ms }) => (ms === null ? [] : [ms])),
  };
}
