import { LoginWait } from '../../access/login-waits.ts';
import { SentinelError } from '../../contracts/errors.ts';
import { assertMatches } from '../../contracts/guards.ts';
import type { Static, TSchema } from 'typebox';
import { Problem } from '../problem.ts';

/** What accounts refuse, as the client is told it; anything else stays as it is. */
export function accountProblem(error: unknown): unknown {
  if (!(error instanceof SentinelError)) return error;
  if (error instanceof LoginWait) {
    return new Problem(429, error.message, { headers: { 'Retry-After': String(error.seconds) } });
  }
  if (error.name === 'ES_LOGIN') return new Problem(401, error.message);
  if (error.name === 'ES_BUSY') return new Problem(503, error.message, { headers: { 'Retry-After': '2' } });
  if (error.name === 'ES_ACCOUNT') return new Problem(422, [error.message, error.hint ?? ''].join(' ').trim());
  return error;
}

/** What a body says, checked. @throws Problem 422 */
export function bodyAs<S extends TSchema>(schema: S, body: unknown, what: string): Static<S> {
  try {
    assertMatches(schema, body, what);
    return body as Static<S>;
  } catch (error) {
    if (error instanceof SentinelError) throw new Problem(422, error.message);
    throw error;
  }
}
