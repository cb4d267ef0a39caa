import { Problem } from '../api/problem.ts';
import { asSentinelError, type ErrorName } from '../contracts/errors.ts';

/** Where the editor can tell more than that it cannot be done (422). */
const statuses: Partial<Record<ErrorName, number>> = {
  ES_AUDIO_TOO_LONG: 413,
  ES_BUSY: 429,
  ES_DISK_FULL: 507,
  ES_TRAINING_BUSY: 409,
  ES_TRAINING_CANCELLED: 409,
};

/**
 * What the dialog of a node is told when its question fails: `application/problem+json` with `code` and `hint`.
 * @param fallback Name of what is no error of ours.
 */
export function adminRefusal(thrown: unknown, fallback: ErrorName): { status: number; body: string } {
  if (thrown instanceof Problem) return { status: thrown.status, body: thrown.body() };
  const { message, name, hint } = asSentinelError(thrown, fallback);
  const status = statuses[name] ?? 422;
  const problem = JSON.parse(new Problem(status, message, { code: name }).body()) as object;
  return { status, body: JSON.stringify({ ...problem, hint }) };
}
