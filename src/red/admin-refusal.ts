import { Problem } from '../api/problem.ts';
import { statusOfTheirs } from '../api/error-statuses.ts';
import { asSentinelError, type ErrorName } from '../contracts/errors.ts';

/**
 * What the dialog of a node is told when its question fails: `application/problem+json` with `code` and `hint`.
 * @param fallback Name of what is no error of ours.
 */
export function adminRefusal(thrown: unknown, fallback: ErrorName): { status: number; body: string } {
  if (thrown instanceof Problem) return { status: thrown.status, body: thrown.body() };
  const { message, name, hint } = asSentinelError(thrown, fallback);
  const status = statusOfTheirs[name] ?? 422;
  const problem = JSON.parse(new Problem(status, message, { code: name }).body()) as object;
  return { status, body: JSON.stringify({ ...problem, hint }) };
}
