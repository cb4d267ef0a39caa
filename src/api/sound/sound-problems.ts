import { errorNames, SentinelError, type ErrorName } from '../../contracts/errors.ts';
import { Problem } from '../problem.ts';

/** What the client can do something about, with its status of HTTP: it is told the sentence. */
export const statusOfTheirs: Partial<Record<ErrorName, number>> = {
  ES_AUDIO_INVALID: 422,
  ES_AUDIO_TOO_LONG: 413,
  ES_ARCHIVE_INVALID: 422,
  ES_TRAINING_DATA: 422,
  ES_TRAINING_BUSY: 409,
  ES_TRAINING_CANCELLED: 409,
  ES_BUSY: 429,
  ES_DISK_FULL: 507,
};
/** What is missing on this machine: the sentence may name paths, so the client gets the meaning of the name. */
const ours: readonly ErrorName[] = [
  ...(['ES_FFMPEG_MISSING', 'ES_MODEL_MISSING', 'ES_MODEL_INVALID', 'ES_RUNTIME_MISSING', 'ES_WORKER_LOST'] as const),
  ...(['ES_MODEL_FAILED', 'ES_DATABASE', 'ES_HEAD_MISMATCH', 'ES_HEAD_MISSING'] as const),
  ...(['ES_BAD_CONFIG', 'ES_SITE_LOCKED'] as const),
];

/** An error of the engine as the client may be told it; anything else as it is. */
export function asProblem(error: unknown): unknown {
  if (!(error instanceof SentinelError)) return error;
  const status = statusOfTheirs[error.name];
  const retry = { 'Retry-After': '2' };
  if (status !== undefined) {
    const detail = error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
    return new Problem(status, detail, status === 429 ? { headers: retry } : {});
  }
  if (ours.includes(error.name)) return new Problem(503, errorNames[error.name], { cause: error, headers: retry });
  return error;
}
