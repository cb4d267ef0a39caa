import { SentinelError } from '../../contracts/errors.ts';
import type { WorkerLane } from '../../inference/worker-lane.ts';
import type { LessonOrder, LessonReply } from './lesson.ts';

/** The way to the training thread. */
export type TrainingLane = WorkerLane<LessonOrder, LessonReply>;

/** @throws SentinelError as `WorkerLane.run`; ES_WORKER_LOST when the thread is closed */
export async function askLesson(
  lane: TrainingLane,
  request: LessonOrder,
  transfer: readonly ArrayBuffer[] = [],
): Promise<LessonReply> {
  const outcome = await lane.run({ place: [request], maxWaitMs: Infinity, make: () => ({ request, transfer }) });
  if (outcome.dropped === false) return outcome.reply;
  throw new SentinelError('ES_WORKER_LOST', 'The training thread is closed.');
}

export function unexpected(): SentinelError {
  return new SentinelError('ES_WORKER_LOST', 'The training thread answered something else than it was asked.');
}
