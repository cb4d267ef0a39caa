import type { Kysely } from 'kysely';
import type { DismissedSounds } from '../contracts/ports.ts';
import type { Tables } from '../database/tables.ts';
import { reviewStateOf, tellingReviews } from './review-rows.ts';

/** Of so many incidents at most, the newest: more say the same. */
const mostIncidents = 500;

/** Sounds of incidents that people dismissed, from the rows of a site's database. */
export function dismissedSounds(query: () => Promise<Kysely<Tables>>): DismissedSounds {
  return {
    async of({ site, source, model }, from) {
      const db = await query();
      const first = await db
        .selectFrom('incidents')
        .select(({ fn }) => fn.min('started_at').as('at'))
        .where('site', '=', site)
        .where('started_at', '>=', from)
        .executeTakeFirst();
      const other = await db
        .selectFrom('signals')
        .innerJoin('incidents', 'incidents.id', 'signals.incident_id')
        .select(({ fn }) => fn.max('signals.captured_at').as('at'))
        .where('incidents.site', '=', site)
        .where('incidents.started_at', '>=', from)
        .where('signals.source', '=', source)
        .where('signals.kind', '=', 'sound')
        .where((on) => on.or([on('signals.model', 'is', null), on('signals.model', '!=', model)]))
        .executeTakeFirst();
      const since = first?.at == null ? undefined : Math.max(first.at, other?.at ?? first.at);
      const reviewed = await db
        .selectFrom('incidents')
        .select('id')
        .where('site', '=', site)
        .where('started_at', '>=', from)
        .where('id', 'in', (on) =>
          on.selectFrom('reviews').select('incident_id').where('action', 'in', ['dismiss', 'false-positive']),
        )
        .orderBy('started_at', 'desc')
        .limit(mostIncidents)
        .execute();
      const ids = reviewed.map(({ id }) => id);
      if (ids.length === 0) return { since, sounds: [] };
      const reviews = Map.groupBy(await tellingReviews(db, ids), (review) => review.incident_id);
      // What was dismissed may have been confirmed later.
      const dismissed = ids.filter((id) =>
        ['dismissed', 'false-positive'].includes(reviewStateOf(reviews.get(id) ?? []).state),
      );
      const sounds =
        dismissed.length === 0
          ? []
          : await db
              .selectFrom('signals')
              .select(['label', 'score'])
              .where('incident_id', 'in', dismissed)
              .where('kind', '=', 'sound')
              .where('source', '=', source)
              .where('model', '=', model)
              .execute();
      return { since, sounds };
    },
  };
}
