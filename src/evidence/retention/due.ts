import type { ExpressionBuilder, Kysely } from 'kysely';
import type { Tables } from '../../database/tables.ts';
import { retentionClasses, type RetentionClass, type RetentionSettings } from './retention-settings.ts';

const dayMs = 86_400_000;
/** So many rows at a time: whoever waits for the database gets a turn in between. */
const perTurn = 100;
const bytesPerTurn = 20_000;

/** Something that is to go. */
export interface Due {
  incidentId: string;
  /** `files`: the incident itself stays. */
  what: 'files' | 'incident';
  why: string;
  files: number;
  bytes: number;
}

/** What has reached its age, the oldest first. */
export async function* dueByAge(query: Kysely<Tables>, settings: RetentionSettings, now: number): AsyncGenerator<Due> {
  for (const each of retentionClasses) {
    const days = each.keepDays(settings);
    if (days <= 0) continue;
    const before = now - days * dayMs;
    let after = { at: -Infinity, id: '' };
    for (;;) {
      const rows = await query
        .selectFrom('incidents')
        .select(['id', 'started_at'])
        .where('started_at', '<', before)
        .where('started_at', '>=', Math.max(after.at, -8e15))
        .where((on) => on(on.refTuple('started_at', 'id'), '>', on.tuple(Math.max(after.at, -8e15), after.id)))
        .where((on) => isOf(on, each))
        .orderBy('started_at')
        .orderBy('id')
        .limit(perTurn)
        .execute();
      const sizes = await sizesOf(
        query,
        rows.map(({ id }) => id),
      );
      for (const { id } of rows) {
        const size = sizes.get(id) ?? { files: 0, bytes: 0 };
        yield { incidentId: id, what: 'incident', why: `older than ${days} days (${each.name})`, ...size };
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < perTurn) break;
      after = { at: last.started_at, id: last.id };
    }
  }
}

/** Whose files go when room is needed: false alarms first, then the oldest. What has reached its age is not told again. */
export async function* dueForRoom(
  query: Kysely<Tables>,
  settings: RetentionSettings,
  now: number,
  why: string,
): AsyncGenerator<Due> {
  for (const each of retentionClasses) {
    const days = each.keepDays(settings);
    const youngest = days <= 0 ? -8e15 : now - days * dayMs;
    let after = { at: -8e15, id: '' };
    for (;;) {
      const rows = await query
        .selectFrom('media')
        .innerJoin('incidents', 'incidents.id', 'media.incident_id')
        .select(['media.id', 'media.incident_id', 'media.captured_at'])
        .where('media.captured_at', '>=', after.at)
        .where((on) => on(on.refTuple('media.captured_at', 'media.id'), '>', on.tuple(after.at, after.id)))
        .where('incidents.started_at', '>=', youngest)
        .where((on) => isOf(on, each))
        .orderBy('media.captured_at')
        .orderBy('media.id')
        .limit(perTurn)
        .execute();
      const ids = [...new Set(rows.map((row) => row.incident_id))];
      const sizes = await sizesOf(query, ids);
      for (const id of ids) {
        const size = sizes.get(id);
        if (size !== undefined) yield { incidentId: id, what: 'files', why, ...size };
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < perTurn) break;
      after = { at: last.captured_at, id: last.id };
    }
  }
}

/** Bytes of all files; read in steps, since there may be a million. */
export async function bytesKept(query: Kysely<Tables>): Promise<number> {
  let bytes = 0;
  for (let after = 0; ;) {
    const part = await query
      .selectFrom((from) =>
        from
          .selectFrom('media')
          .select((on) => [on.ref('media.rowid' as 'media.bytes').as('place'), 'media.bytes'])
          .where((on) => on(on.ref('media.rowid' as 'media.bytes'), '>', after))
          .orderBy((on) => on.ref('media.rowid' as 'media.bytes'))
          .limit(bytesPerTurn)
          .as('part'),
      )
      .select(({ fn }) => [fn.sum<number | null>('bytes').as('bytes'), fn.max<number | null>('place').as('last')])
      .executeTakeFirstOrThrow();
    if (part.last === null) return bytes;
    bytes += part.bytes ?? 0;
    after = part.last;
  }
}

async function sizesOf(query: Kysely<Tables>, ids: readonly string[]) {
  if (ids.length === 0) return new Map<string, { files: number; bytes: number }>();
  const rows = await query
    .selectFrom('media')
    .select(({ fn }) => ['incident_id', fn.countAll<number>().as('files'), fn.sum<number>('bytes').as('bytes')])
    .where('incident_id', 'in', ids)
    .groupBy('incident_id')
    .execute();
  return new Map(rows.map(({ incident_id: id, files, bytes }) => [id, { files, bytes }]));
}

const falseAlarms = ['dismissed', 'false-positive'];

type Class = RetentionClass;

/** Whether an incident may be deleted, and belongs to a class. */
export function isOf(on: ExpressionBuilder<Tables, 'incidents'>, { name }: Class) {
  const isFalseAlarm = on('incidents.review_state', 'in', falseAlarms);
  const isCritical = on('incidents.severity', '=', 3);
  const ofClass = {
    'false alarm': isFalseAlarm,
    usual: on.and([on.not(isFalseAlarm), on.not(isCritical)]),
    // What nobody has looked at is never deleted by us.
    'severity 3': on.and([on.not(isFalseAlarm), isCritical, on('incidents.review_state', '!=', 'pending')]),
  }[name];
  return on.and([on('incidents.held', '=', 0), on('incidents.ended_at', 'is not', null), ofClass]);
}
