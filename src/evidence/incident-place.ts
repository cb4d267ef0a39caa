import type { Kysely } from 'kysely';
import type { Tables } from '../database/tables.ts';

/** So many incidents may begin in one millisecond and be in order; with it, times up to the year 2248 fit a number. */
const perMillisecond = 1024;
const latest = Math.floor(Number.MAX_SAFE_INTEGER / perMillisecond) - 1;

/** The first place of the millisecond in which something begins. */
export function firstPlace(startedAt: number): number {
  return Math.min(Math.max(Math.floor(startedAt), 0), latest) * perMillisecond;
}

/** The first place of the millisecond after it. */
export function firstPlaceAfter(startedAt: number): number {
  return firstPlace(startedAt) + perMillisecond;
}

/** The first place of the millisecond that a place lies in. */
export function beginOfPlace(place: number): number {
  return Math.floor(place / perMillisecond) * perMillisecond;
}

/** A free place for an incident that begins then. */
export async function freePlace(transaction: Kysely<Tables>, startedAt: number): Promise<number> {
  const first = firstPlace(startedAt);
  const taken = await transaction.selectFrom('incidents').select('id').where('place', '=', first).executeTakeFirst();
  if (taken === undefined) return first;
  const beforeGap = await transaction
    .selectFrom('incidents as one')
    .select('one.place')
    .where('one.place', '>=', first)
    .where((on) =>
      on.not(
        on.exists(
          on
            .selectFrom('incidents as next')
            .select('next.id')
            .where((next) => next('next.place', '=', next('one.place', '+', 1))),
        ),
      ),
    )
    .orderBy('one.place')
    .limit(1)
    .executeTakeFirstOrThrow();
  return (beforeGap.place ?? first) + 1;
}
