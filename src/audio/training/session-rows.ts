import type { Kysely, Selectable } from 'kysely';
import type {
  HeadComparison,
  RefusedFile,
  TrainingOrigin,
  TrainingResults,
  TrainingSession,
  TrainingState,
} from '../../contracts/training.ts';
import type { RetrainingSessionRow, Tables, TrainingUploadRow } from '../../database/tables.ts';

const running: readonly TrainingState[] = ['validating', 'embedding', 'training'];

/** Uploads and trainings are kept for their history; the newest thousand tell it. */
const mostSessions = 1000;

/** Whether it still goes on. */
export function isRunning({ state }: Pick<TrainingSession, 'state'>): boolean {
  return running.includes(state);
}

export interface Upload {
  name: string;
  kind: 'zip' | 'folder';
  bytes: number;
  files: number;
}

/** Writes down that a training begins, and what with. */
export async function insertSession(
  query: Kysely<Tables>,
  upload: Upload,
  session: TrainingSession,
  forced: boolean,
): Promise<void> {
  await query.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('training_data_uploads')
      .values({
        ...{ id: session.uploadId, name: upload.name, kind: upload.kind, bytes: upload.bytes, files: upload.files },
        ...{ origin: session.origin ?? null, by: session.by ?? null, created_at: session.startedAt },
        ...uploadColumns(session, {}),
      })
      .execute();
    await transaction
      .insertInto('retraining_sessions')
      .values({
        ...{ id: session.id, upload_id: session.uploadId, model: session.model, forced: forced ? 1 : 0 },
        ...{ started_at: session.startedAt, ...sessionColumns(session, session.startedAt) },
      })
      .execute();
    await forgetOldest(transaction);
  });
}

/** Writes down how it stands. @param classes Clips that are used, by class */
export async function updateSession(
  query: Kysely<Tables>,
  session: TrainingSession,
  classes: Readonly<Record<string, number>>,
  now: number,
): Promise<void> {
  await query.transaction().execute(async (transaction) => {
    const { id, uploadId } = session;
    await transaction
      .updateTable('retraining_sessions')
      .set(sessionColumns(session, now))
      .where('id', '=', id)
      .execute();
    await transaction
      .updateTable('training_data_uploads')
      .set(uploadColumns(session, classes))
      .where('id', '=', uploadId)
      .execute();
  });
}

/** Says of trainings that were under way when the process ended that they have failed. @returns how many */
export async function failInterrupted(
  query: Kysely<Tables>,
  error: NonNullable<TrainingSession['error']>,
  now: number,
): Promise<number> {
  const { numUpdatedRows } = await query
    .updateTable('retraining_sessions')
    .set({ state: 'failed', ended_at: now, updated_at: now, error_json: JSON.stringify(error) })
    .where('state', 'in', running)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** The newest trainings. */
export async function newestSessions(query: Kysely<Tables>, count: number): Promise<TrainingSession[]> {
  const rows = await query
    .selectFrom('retraining_sessions')
    .innerJoin('training_data_uploads', 'training_data_uploads.id', 'retraining_sessions.upload_id')
    .selectAll('retraining_sessions')
    .select(['accepted', 'refused', 'refusals_json', 'origin', 'by'])
    .orderBy('started_at', 'desc')
    .limit(count)
    .execute();
  return rows.map(sessionOf);
}

function sessionOf(
  row: Selectable<RetrainingSessionRow> &
    Pick<Selectable<TrainingUploadRow>, 'accepted' | 'refused' | 'refusals_json' | 'origin' | 'by'>,
): TrainingSession {
  const { ended_at: endedAt, version, activated } = row;
  return {
    ...{ id: row.id, uploadId: row.upload_id, state: row.state as TrainingState, progress: row.progress },
    ...{ model: row.model, startedAt: row.started_at, clips: row.accepted, refused: row.refused },
    refusals: JSON.parse(row.refusals_json) as RefusedFile[],
    ...(endedAt === null ? {} : { endedAt }),
    ...(version === null ? {} : { version }),
    ...(activated === null ? {} : { activated: activated === 1 }),
    ...(row.origin === null ? {} : { origin: row.origin as TrainingOrigin }),
    ...(row.by === null ? {} : { by: row.by }),
    ...(row.kept === null ? {} : { kept: row.kept }),
    ...(row.comparison_json === null ? {} : { comparison: JSON.parse(row.comparison_json) as HeadComparison }),
    ...(row.error_json === null ? {} : { error: JSON.parse(row.error_json) as NonNullable<TrainingSession['error']> }),
    ...(row.results_json === null ? {} : { results: JSON.parse(row.results_json) as TrainingResults }),
  };
}

function sessionColumns(session: TrainingSession, now: number) {
  const { state, progress, endedAt, version, activated, comparison, results, error } = session;
  const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));
  return {
    ...{ state, progress, updated_at: now, ended_at: endedAt ?? null, version: version ?? null },
    activated: activated === undefined ? null : Number(activated),
    kept: session.kept ?? null,
    ...{ comparison_json: json(comparison), results_json: json(results), error_json: json(error) },
  };
}

function uploadColumns(
  { clips, refused, refusals }: TrainingSession,
  classes: Readonly<Record<string, number>>,
): Pick<Selectable<TrainingUploadRow>, 'accepted' | 'refused' | 'refusals_json' | 'classes_json'> {
  return {
    ...{ accepted: clips, refused, refusals_json: JSON.stringify(refusals) },
    classes_json: JSON.stringify(classes),
  };
}

async function forgetOldest(query: Kysely<Tables>): Promise<void> {
  const kept = query.selectFrom('retraining_sessions').select('id').orderBy('started_at', 'desc').limit(mostSessions);
  await query.deleteFrom('retraining_sessions').where('id', 'not in', kept).execute();
  const used = query.selectFrom('retraining_sessions').select('upload_id');
  await query.deleteFrom('training_data_uploads').where('id', 'not in', used).execute();
}
