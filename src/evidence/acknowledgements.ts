import type { Kysely } from 'kysely';
import type { Acknowledgements } from '../contracts/ports.ts';
import type { Tables } from '../database/tables.ts';

/** What somebody says who has seen an incident. */
const answers: readonly string[] = ['acknowledge', 'confirm', 'dismiss', 'false-positive'];

/** Whether a review says that somebody has seen the incident. */
export function isAnswer(action: string): boolean {
  return answers.includes(action);
}

/** Who answered to incidents, from the rows of a site's database. */
export function acknowledgementsIn(query: () => Promise<Kysely<Tables>>): Acknowledgements {
  return {
    async by(incidentId, since) {
      const row = await (
        await query()
      )
        .selectFrom('reviews')
        .select('by')
        .where('incident_id', '=', incidentId)
        .where('action', 'in', answers)
        .where('created_at', '>=', since)
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row?.by;
    },
  };
}
