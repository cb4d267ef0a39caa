import type { Kysely, Selectable, Transaction } from 'kysely';
import type { IncidentReview, ReviewRecord, ReviewRequest, ReviewState, StoredReviewAction } from '../contracts/api.ts';
import type { IncidentRow, ReviewRow, Tables } from '../database/tables.ts';
import { indexIncident } from './incident-index.ts';
import { appendToChain, linkOf } from './trust/chain.ts';

/** The state that an action brings an incident into; a note brings it into none, nor does what keeps it from being deleted. */
const stateOf: Readonly<Record<StoredReviewAction, ReviewState | undefined>> = {
  acknowledge: 'acknowledged',
  confirm: 'confirmed',
  dismiss: 'dismissed',
  'false-positive': 'false-positive',
  note: undefined,
  hold: undefined,
  release: undefined,
};

/** The actions after which an incident is no longer pending. */
export const decidingActions = Object.entries(stateOf)
  .filter(([, state]) => state !== undefined)
  .map(([action]) => action);

/** Those that judge it. */
const verdictActions = decidingActions.filter((action) => action !== 'acknowledge');

/** Of each incident, the newest review of each action and the newest one with a note, oldest first: all that counts. */
export async function tellingReviews(
  query: Kysely<Tables>,
  incidentIds: readonly string[],
): Promise<Selectable<ReviewRow>[]> {
  return await tellingReviewsOf(query, incidentIds).execute();
}

/** The same, to be asked together with others. */
export function tellingReviewsOf(query: Kysely<Tables>, incidentIds: readonly string[]) {
  return query
    .selectFrom('reviews')
    .selectAll()
    .where((on) => {
      const newest = on
        .selectFrom('reviews')
        .select(({ fn }) => fn.max('seq').as('seq'))
        .where('incident_id', 'in', incidentIds);
      return on.or([
        on('seq', 'in', newest.groupBy(['incident_id', 'action'])),
        on('seq', 'in', newest.where('note', 'is not', null).groupBy('incident_id')),
      ]);
    })
    .orderBy('seq');
}

/** The review that decides the state: the last verdict, else the acknowledgement, of which there is one at most. */
function standingReview(reviews: readonly Selectable<ReviewRow>[]): Selectable<ReviewRow> | undefined {
  return (
    reviews.findLast(({ action }) => verdictActions.includes(action)) ??
    reviews.find(({ action }) => action === 'acknowledge')
  );
}

/** What a list says of the reviews of one incident. */
export function reviewStateOf(reviews: readonly Selectable<ReviewRow>[]): IncidentReview {
  const standing = standingReview(reviews);
  const note = newestNote(reviews);
  return {
    state: (standing && stateOf[standing.action as StoredReviewAction]) ?? 'pending',
    ...(standing === undefined ? {} : { by: standing.by, at: standing.created_at }),
    ...(note === undefined ? {} : { note }),
    ...(isHeld(reviews) ? { held: true } : {}),
  };
}

/** Whether somebody said that it must not be deleted, and nobody took that back. */
function isHeld(reviews: readonly Selectable<ReviewRow>[]): boolean {
  return reviews.findLast(({ action }) => action === 'hold' || action === 'release')?.action === 'hold';
}

/** Writes a review and says what stands; undefined when there is no such incident. */
export async function writeReview(
  transaction: Transaction<Tables>,
  incidentId: string,
  request: ReviewRequest,
  { id, by, at }: { id: string; by: string; at: number },
) {
  const row = await transaction.selectFrom('incidents').selectAll().where('id', '=', incidentId).executeTakeFirst();
  if (row === undefined) return undefined;
  const incident = { site: row.site, area: row.area, source: row.source };
  const reviews = await tellingReviews(transaction, [incidentId]);
  const action = toWrite(request, reviews);
  if (typeof action !== 'string') return { record: reviewRecord(action), added: false, incident };
  const written = await transaction
    .insertInto('reviews')
    .values({ id, incident_id: incidentId, action, by, note: request.note ?? null, created_at: at })
    .returningAll()
    .executeTakeFirstOrThrow();
  await keepState(transaction, row, reviewStateOf([...reviews, written]));
  await appendToChain(transaction, [linkOf.review(written)], at);
  return { record: reviewRecord(written), added: true, incident };
}

/** The state stands with the incident as well, so that it can be found by it, and kept or deleted by it. */
async function keepState(
  transaction: Transaction<Tables>,
  incident: Selectable<IncidentRow>,
  { state, held = false }: IncidentReview,
): Promise<void> {
  const now = { review_state: state, held: held ? 1 : 0 };
  if (incident.review_state === now.review_state && incident.held === now.held) return;
  await transaction.updateTable('incidents').set(now).where('id', '=', incident.id).execute();
  await indexIncident(transaction, { ...incident, ...now }, incident);
}

/**
 * What has to be written for a request. Saying again what stands already writes nothing, so that a request may be
 * repeated; only a new note with it is kept.
 * @returns the action to write, or the review that stands.
 */
function toWrite(
  { action, note }: ReviewRequest,
  reviews: readonly Selectable<ReviewRow>[],
): StoredReviewAction | Selectable<ReviewRow> {
  const standing = standingFor(action, note, reviews);
  const stands =
    standing !== undefined && (action === 'note' || action === 'acknowledge' || standing.action === action);
  if (!stands) return action;
  return note === undefined || note === newestNote(reviews) ? standing : 'note';
}

/** What says already what an action would say, or the opposite of it. */
function standingFor(
  action: StoredReviewAction,
  note: string | undefined,
  reviews: readonly Selectable<ReviewRow>[],
): Selectable<ReviewRow> | undefined {
  if (action === 'note') return reviews.findLast((review) => review.note === note);
  if (action !== 'hold' && action !== 'release') return standingReview(reviews);
  return reviews.findLast((review) => review.action === 'hold' || review.action === 'release');
}

/** A row as the API tells it. */
export function reviewRecord(row: Selectable<ReviewRow>): ReviewRecord {
  return {
    id: row.id,
    incidentId: row.incident_id,
    action: row.action as StoredReviewAction,
    by: row.by,
    at: row.created_at,
    ...(row.note === null ? {} : { note: row.note }),
  };
}

function newestNote(reviews: readonly Selectable<ReviewRow>[]): string | undefined {
  return reviews.findLast(({ note }) => note !== null)?.note ?? undefined;
}
