import { basename, join } from 'node:path';
import { SentinelError } from '../../contracts/errors.ts';
import { trainingLimits, type TrainingRequest, type TrainingSession } from '../../contracts/training.ts';
import type { ModelFor } from '../../inference/model-description.ts';
import type { WorkerPool } from '../../inference/worker-pool.ts';
import type { Interrupted } from './interrupted.ts';
import type { OpenedRecordings } from './lesson.ts';
import { insertSession, type Upload } from './session-rows.ts';
import { askLesson, unexpected, type TrainingLane } from './training-lane.ts';
import { TrainingRun, type RunTools } from './training-run.ts';

export interface OpeningTools extends Omit<RunTools, 'folder'> {
  pool: WorkerPool;
  /** Id of the sound model that listens; undefined: none does. */
  listening: () => string | undefined;
  /** Id of the one that is taught while none listens. */
  usualModel: string;
  /** @throws SentinelError ES_MODEL_MISSING, ES_MODEL_INVALID, ES_BAD_CONFIG */
  findModel: (id: string) => ModelFor<'sound'>;
  newId: () => string;
  interrupted: Interrupted;
  /** Where trainings keep their files, each in a folder of its own. */
  sessions: string;
  /** Whether good heads that come by HTTP are put to use. */
  trustsHttp: () => boolean;
}

/**
 * Looks at what was brought, and writes down that a training begins.
 * @throws SentinelError as `TrainingPort.begin`; the reason of the signal
 */
export async function openTraining(
  request: TrainingRequest,
  signal: AbortSignal,
  tools: OpeningTools,
): Promise<TrainingRun> {
  const { database, findModel, pool, listening, usualModel, interrupted, trustsHttp, sessions } = tools;
  // What is learnt must be heard.
  const model = findModel(request.model ?? listening() ?? usualModel);
  await interrupted.forgetFiles();
  signal.throwIfAborted();
  const { query } = await database();
  await interrupted.fail();
  signal.throwIfAborted();
  const lane: TrainingLane = pool.lane({ model, provider: 'cpu' });
  // The thread may take long over the zip of a stranger: it is left alone with it.
  const leave = (): void => void lane.close().catch(() => undefined);
  signal.addEventListener('abort', leave, { once: true });
  try {
    const opened = await openRecordings(lane, request);
    signal.throwIfAborted();
    const session = newSession(request, opened, { ...tools, model: model.id });
    await insertSession(query, uploadOf(request, opened), session, request.force === true);
    const activate = request.activate ?? (session.origin !== 'http' || trustsHttp());
    const order = { session, request, activate, lane, model, files: opened.files, signal };
    return new TrainingRun(order, { ...tools, folder: join(sessions, session.id) });
  } catch (error) {
    await lane.close();
    throw error;
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

async function openRecordings(lane: TrainingLane, { zip, folder }: TrainingRequest): Promise<OpenedRecordings> {
  if ((zip === undefined) === (folder === undefined)) {
    throw new SentinelError('ES_BAD_INPUT', 'Give either a zip file or a folder to learn from.');
  }
  const reply = await askLesson(lane, { open: zip === undefined ? { folder: folder ?? '' } : { zip } });
  if ('opened' in reply) return reply.opened;
  throw unexpected();
}

function newSession(
  { origin = 'flow', by }: TrainingRequest,
  { refusals }: OpenedRecordings,
  { newId, clock, model }: Pick<OpeningTools, 'newId' | 'clock'> & { model: string },
): TrainingSession {
  return {
    ...{ id: newId(), uploadId: newId(), state: 'validating', progress: 0, model, origin },
    ...{ startedAt: clock.now(), clips: 0, refused: refusals.length },
    refusals: refusals.slice(0, trainingLimits.refusedTold),
    ...(by === undefined ? {} : { by }),
  };
}

function uploadOf({ name, zip, folder }: TrainingRequest, { kind, bytes, files, refusals }: OpenedRecordings): Upload {
  const called = (name ?? basename(zip ?? folder ?? '')).slice(0, 200);
  return { name: called, kind, bytes, files: files + refusals.length };
}
