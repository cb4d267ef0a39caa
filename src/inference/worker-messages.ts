import { asSentinelError, SentinelError, type ErrorName } from '../contracts/errors.ts';

/** An error as it crosses the worker boundary, which would strip our class and fields from it. */
export interface PackedError {
  name: ErrorName;
  message: string;
  hint: string | undefined;
}

/** A request, and the number that its answer bears. */
export interface Asked<Request> {
  id: number;
  request: Request;
}

/** What the host tells the worker. */
export type ToWorker<Request> = Asked<Request> | 'stop';

/** What the worker tells the host. `failed`: it could not start at all, and ends. */
export type FromWorker<Reply> =
  { id: number; reply: Reply } | { id: number; error: PackedError } | { failed: PackedError };

/** @param fallback Name of an error that is none of ours. */
export function packError(thrown: unknown, fallback: ErrorName): PackedError {
  const { name, message, hint } = asSentinelError(thrown, fallback);
  return { name, message, hint };
}

export function unpackError({ name, message, hint }: PackedError): SentinelError {
  return new SentinelError(name, message, hint === undefined ? {} : { hint });
}
