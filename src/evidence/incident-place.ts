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

/** Asks whether the first place of the moment in which something begins is taken. */
export function firstPlaceTaken(transaction: Kysely<Tables>, startedAt: number) {
  return transaction.selectFrom('incidents').select('place').where('place', '=', firstPlace(startedAt));
}

/** A free place for an incident that begins then. */
export async function freePlace(transaction: Kysely<Tables>, startedAt: number): Promise<number> {
  const taken = await firstPlaceTaken(transaction, startedAt).executeTakeFirst();
  return taken === undefined ? firstPlace(startedAt) : await nextFreePlace(transaction, startedAt);
}

/** A free place where the first one of the moment is taken. */
export async function nextFreePlace(transaction: Kysely<Tables>, startedAt: number): Promise<number> {
  const first = firstPlace(startedAt);
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
