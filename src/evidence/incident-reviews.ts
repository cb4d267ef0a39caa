import type { Kysely } from 'kysely';
import type { ReviewRecord } from '../contracts/api.ts';
import type { Tables } from '../database/tables.ts';
import { reviewRecord } from './review-rows.ts';

/** Everything that people said of an incident, oldest first. @param most how many at most: the first ones */
export async function incidentReviews(
  query: Kysely<Tables>,
  incidentId: string,
  most: number,
): Promise<ReviewRecord[]> {
  const rows = await query
    .selectFrom('reviews')
    .selectAll()
    .where('incident_id', '=', incidentId)
    .orderBy('seq')
    .limit(most)
    .execute();
  return rows.map(reviewRecord);
}
