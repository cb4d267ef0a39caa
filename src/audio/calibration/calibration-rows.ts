import { setImmediate as turn } from 'node:timers/promises';
import { calibrationLimits, type CalibrationKept } from '../../contracts/calibration.ts';
import type { Database } from '../../database/database.ts';
import { blockScores, effectiveScores, type ScoredWindow } from './effective-scores.ts';
import { packScores, unpackScores } from './packed-scores.ts';

/** Whose recordings. */
export interface CalibrationPlace {
  site: string;
  source: string;
  model: string;
}

/** A recording that begins; its scores come in parts. */
export interface NewRecording extends CalibrationPlace {
  id: string;
  /** Of a clip its class. */
  label?: string | undefined;
  classes: readonly string[];
  startedAt: number;
}

export type HeardWindow = ScoredWindow & { dbfs: number };

/** What is kept of a place, as far as suggestions need it: effective scores by class. */
export interface KeptScores {
  ambient: Record<string, number[]>;
  positives: Record<string, number[]>;
  /** Stretches of 10 s in which something was heard. */
  blocks: number;
}

const asPlace = ({ site, source, model }: CalibrationPlace): CalibrationPlace => ({ site, source, model });

/** Writes a part of a recording, the first one with the recording itself. @param seq counts the parts from 0. */
export async function writePart(
  { query }: Database,
  { label, classes, ...recording }: NewRecording,
  part: { seq: number; windows: readonly HeardWindow[]; allWindows: number; seconds: number },
): Promise<void> {
  const told = { windows: part.allWindows, seconds: part.seconds };
  await query.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('calibration_recordings')
      .values({
        ...{ id: recording.id, ...asPlace(recording), kind: label === undefined ? 'ambient' : 'positive' },
        ...{ label: label ?? null, classes_json: JSON.stringify(classes), ...told, started_at: recording.startedAt },
      })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(told))
      .execute();
    await transaction
      .insertInto('calibration_scores')
      .values({ recording_id: recording.id, seq: part.seq, scores: packScores(part.windows, classes) })
      .execute();
  });
}

/**
 * Deletes the oldest recordings and clips of a place beyond what may be kept, and all of its microphone that is of none of the last two
 * models: each new version of a trained head is another one.
 * @param room seconds that shall be free
 */
export async function makeRoom({ query }: Database, place: CalibrationPlace, room: number): Promise<void> {
  const { site, source, model } = place;
  const former = await query
    .selectFrom('calibration_recordings')
    .select('model')
    .where((on) => on.and({ site, source }))
    .where('model', '!=', model)
    .orderBy('started_at', 'desc')
    .executeTakeFirst();
  await query
    .deleteFrom('calibration_recordings')
    .where((on) => on.and({ site, source }))
    .where('model', 'not in', [model, former?.model ?? model])
    .execute();
  const rows = await query
    .selectFrom('calibration_recordings')
    .select(['id', 'kind', 'seconds'])
    .where((on) => on.and(asPlace(place)))
    .orderBy('started_at', 'desc')
    .execute();
  let seconds = room;
  let clips = 0;
  const old = rows.filter((row) => {
    if (row.kind === 'positive') return ++clips > calibrationLimits.keptClips;
    seconds += row.seconds;
    return seconds > calibrationLimits.keptMinutes * 60;
  });
  for (const { id } of old) await query.deleteFrom('calibration_recordings').where('id', '=', id).execute();
}

/** Deletes everything of a place. */
export async function forgetPlace({ query }: Database, place: CalibrationPlace): Promise<void> {
  await query
    .deleteFrom('calibration_recordings')
    .where((on) => on.and(asPlace(place)))
    .execute();
}

/** How much is kept of a place. */
export async function countKept({ query }: Database, place: CalibrationPlace): Promise<CalibrationKept> {
  const rows = await query
    .selectFrom('calibration_recordings')
    .select(({ fn }) => ['label', fn.sum<number>('seconds').as('seconds'), fn.countAll<number>().as('count')])
    .where((on) => on.and(asPlace(place)))
    .groupBy('label')
    .execute();
  const clips = rows.flatMap(({ label, count }) => (label === null ? [] : [[label, count] as const]));
  const ambient = rows.find(({ label }) => label === null)?.seconds ?? 0;
  return { ambientMinutes: ambient / 60, clips: Object.fromEntries(clips) };
}

/** Reads everything of a place, part by part: a day of sound must not hold the loop. */
export async function readKept({ query }: Database, place: CalibrationPlace, singleFrom: number): Promise<KeptScores> {
  const recordings = await query
    .selectFrom('calibration_recordings')
    .selectAll()
    .where((on) => on.and(asPlace(place)))
    .orderBy('started_at')
    .execute();
  const kept: KeptScores = { ambient: {}, positives: {}, blocks: 0 };
  for (const { id, label, classes_json } of recordings) {
    const classes = JSON.parse(classes_json) as string[];
    const blocks = new Map(classes.map((name) => [name, new Map<number, number>()]));
    const parts = await query
      .selectFrom('calibration_scores')
      .select('seq')
      .where('recording_id', '=', id)
      .orderBy('seq')
      .execute();
    for (const { seq } of parts) {
      const { scores } = await query
        .selectFrom('calibration_scores')
        .select('scores')
        .where('recording_id', '=', id)
        .where('seq', '=', seq)
        .executeTakeFirstOrThrow();
      const windows = unpackScores(scores, classes);
      if (label !== null) {
        (kept.positives[label] ??= []).push(Math.max(0, ...effectiveScores(windows, label, singleFrom)));
      } else addBlocks(blocks, windows, singleFrom);
      await turn();
    }
    if (label !== null) continue;
    kept.blocks += Math.max(0, ...[...blocks.values()].map((known) => known.size));
    for (const [name, known] of blocks) (kept.ambient[name] ??= []).push(...known.values());
  }
  return kept;
}

function addBlocks(
  known: ReadonlyMap<string, Map<number, number>>,
  windows: readonly ScoredWindow[],
  singleFrom: number,
): void {
  for (const [name, blocks] of known) {
    for (const [block, score] of blockScores(windows, name, singleFrom)) {
      blocks.set(block, Math.max(score, blocks.get(block) ?? 0));
    }
  }
}
