import { isRunning } from '../audio/training/session-rows.ts';
import type { Training } from '../audio/training/training.ts';
import { SentinelError } from '../contracts/errors.ts';
import { placeholderIn } from '../contracts/placeholder.ts';
import type { HeadVersion, TrainingBegun, TrainingRequest, TrainingResults } from '../contracts/training.ts';
import type { ShownVersion, TrainedAnswer, TrainingAnswer } from '../contracts/training-dialog.ts';
import type { Database } from '../database/database.ts';
import { openSites } from './registry.ts';

/** A sentinel-audio-train that runs. */
export interface Trainer {
  training: Training;
  database: () => Promise<Database>;
  /** Its settings, with variables filled in. */
  settings: { path: string; model: string; force: boolean };
}

/** Those that run, by the id of their node: the dialog of one asks for it by that. */
const trainers = new Map<string, Trainer>();

/** @returns takes it away again. */
export function offerTraining(node: string, trainer: Trainer): () => void {
  trainers.set(node, trainer);
  return () => {
    if (trainers.get(node) === trainer) trainers.delete(node);
  };
}

/** What the dialog of audio-classify asks, `id` of its node: what was learnt and is heard there. */
export async function trainedNow(query: URLSearchParams): Promise<TrainedAnswer> {
  const site = openSites().find(({ sound }) => sound.calibrations.of(query.get('id') ?? '') !== undefined);
  if (site === undefined) return { state: 'absent' };
  const { versions, misfit } = await site.sound.training.status();
  const active = versions.find((version) => version.active);
  const state = active === undefined ? (versions.length === 0 ? 'none' : 'kept') : 'used';
  return { state, ...(active === undefined ? {} : { active }), ...(misfit === undefined ? {} : { misfit }) };
}

/** What the dialog of sentinel-audio-train asks, `id` of its node. All but the first throw for a node that is not running. */
const answers = {
  async training(query: URLSearchParams): Promise<TrainingAnswer> {
    const trainer = trainers.get(query.get('id') ?? '');
    if (trainer === undefined) return { state: 'absent' };
    const { versions, ...status } = await trainer.training.status();
    const learnt = status.session !== undefined && isRunning(status.session) ? [] : versions;
    const scores = await scoresOf(trainer, learnt);
    return {
      state: 'present',
      status: { ...status, versions: versions.map((version) => withScores(version, scores)) },
    };
  },
  /** `path`, `model` and `force` as they stand in the dialog. */
  async 'training-begin'(query: URLSearchParams): Promise<TrainingBegun> {
    const trainer = trainerOf(query);
    const typed = query.get('path') ?? '';
    const path = placeholderIn(typed) === undefined ? typed : trainer.settings.path;
    if (path === '') {
      throw new SentinelError('ES_TRAINING_DATA', 'There is nothing to learn from: no recordings are named.', {
        hint: 'Write where a zip file or folder lies, or choose a zip file.',
      });
    }
    return await trainer.training.beginAt(path, wishOf(query));
  },
  async 'training-cancel'(query: URLSearchParams): Promise<void> {
    await trainerOf(query).training.cancel();
  },
  /** `version`: its number, or `none`. */
  async 'training-use'(query: URLSearchParams): Promise<void> {
    const version = query.get('version') ?? '';
    if (version !== 'none' && !/^[1-9]\d{0,6}$/.test(version)) {
      throw new SentinelError('ES_BAD_INPUT', 'Say which version is to be used.');
    }
    await trainerOf(query).training.activate(version === 'none' ? undefined : Number(version));
  },
  async 'training-back'(query: URLSearchParams): Promise<void> {
    await trainerOf(query).training.rollback();
  },
};

/** They change what is heard, and name files: only who may change flows is answered. */
export const trainingAnswers = Object.fromEntries(
  Object.entries(answers).map(([name, write]) => [name, { write }]),
) as Record<keyof typeof answers, { write: (query: URLSearchParams) => unknown }>;

/** The running node that `id` names. @throws SentinelError ES_BAD_INPUT */
export function trainerOf(query: URLSearchParams): Trainer {
  const trainer = trainers.get(query.get('id') ?? '');
  if (trainer !== undefined) return trainer;
  throw new SentinelError('ES_BAD_INPUT', 'This node is not running.', { hint: 'Deploy it first.' });
}

/** How the dialog wants it learnt. */
export function wishOf(query: URLSearchParams): Pick<TrainingRequest, 'model' | 'force'> {
  const typed = query.get('model') ?? '';
  const model = placeholderIn(typed) === undefined ? typed : trainerOf(query).settings.model;
  return { force: query.get('force') === 'true', ...(model === '' ? {} : { model }) };
}

type Scores = ReadonlyMap<string, ShownVersion['scores']>;

/** What a training showed does not change any more: kept for the versions that were last asked for. */
const known = new WeakMap<Trainer, Scores>();

/** By the id of the training. */
async function scoresOf(trainer: Trainer, versions: readonly HeadVersion[]): Promise<Scores> {
  const before = known.get(trainer);
  const ids = versions.map(({ sessionId }) => sessionId);
  const unknown = ids.filter((id) => before?.has(id) !== true);
  const scores = new Map(ids.flatMap((id) => (before?.has(id) === true ? [[id, before.get(id)]] : [])));
  known.set(trainer, scores);
  if (unknown.length === 0) return scores;
  try {
    const rows = await (
      await trainer.database()
    ).query
      .selectFrom('retraining_sessions')
      .select(['id', 'results_json'])
      .where('id', 'in', unknown)
      .execute();
    for (const { id, results_json: json } of rows) {
      // A training that is over in memory is written down a moment later.
      if (json === null) continue;
      const { classes } = JSON.parse(json) as TrainingResults;
      scores.set(
        id,
        classes.map(({ label, clips, precision, recall }) => ({ label, clips, precision, recall })),
      );
    }
  } catch {
    // Versions lie in files: without the database they are shown without it.
  }
  return scores;
}

function withScores(version: HeadVersion, scores: Scores): ShownVersion {
  const its = scores.get(version.sessionId);
  return its === undefined ? version : { ...version, scores: its };
}
