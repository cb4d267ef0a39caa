import { errorNames, SentinelError, type ErrorName } from '../../contracts/errors.ts';
import { statusOfTheirs } from '../error-statuses.ts';
import { Problem } from '../problem.ts';

/** What is missing on this machine: the sentence may name paths, so the client gets the meaning of the name. */
const ours: readonly ErrorName[] = [
  ...(['ES_FFMPEG_MISSING', 'ES_MODEL_MISSING', 'ES_MODEL_INVALID', 'ES_RUNTIME_MISSING'] as const),
  ...(['ES_HEAD_MISMATCH', 'ES_HEAD_MISSING', 'ES_BAD_CONFIG', 'ES_SITE_LOCKED'] as const),
];
/** The same, where it may be over soon. */
const oursForNow: readonly ErrorName[] = ['ES_WORKER_LOST', 'ES_MODEL_FAILED', 'ES_DATABASE'];
/** What whoever runs this machine can do. */
const wayOut: Partial<Record<ErrorName, string>> = {
  ES_MODEL_MISSING:
    'One of the catalogue, such as yamnet, is fetched in the dialog of audio-classify, or with: echosight models pull ID.',
};

/** An error of the engine as the client may be told it; anything else as it is. */
export function asProblem(error: unknown): unknown {
  if (!(error instanceof SentinelError)) return error;
  const status = statusOfTheirs[error.name];
  const retry = { 'Retry-After': '2' };
  if (status !== undefined) {
    const detail = error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
    return new Problem(status, detail, status === 429 ? { headers: retry } : {});
  }
  const isPassing = oursForNow.includes(error.name);
  if (!isPassing && !ours.includes(error.name)) return error;
  const detail = [errorNames[error.name], wayOut[error.name] ?? []].flat().join(' ');
  return new Problem(503, detail, { cause: error, headers: isPassing ? retry : {} });
}
