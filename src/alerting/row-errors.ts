import { SentinelError, type ErrorName } from '../contracts/errors.ts';
import type { Outgoing } from './outbox-row.ts';

/** An error as a row keeps it. */
export function errorJson({ name, message, hint }: SentinelError): string {
  return JSON.stringify({ name, message, hint });
}

/** Why a row still waits when it is late. */
export function lateError(row: Outgoing): SentinelError {
  return withLastError(row, 'The message still waits:', 'it was not its turn yet.');
}

/** Why a row was not sent in time. */
export function expiryError(row: Outgoing): SentinelError {
  const seconds = Math.round((row.deadline - row.created_at) / 1000);
  return withLastError(row, `The message could not be sent within ${seconds} s:`, 'its turn never came.');
}

function withLastError({ error_json: last }: Outgoing, what: string, otherwise: string): SentinelError {
  if (last === null) return new SentinelError('ES_CHANNEL_UNAVAILABLE', `${what} ${otherwise}`);
  const { name, message, hint } = JSON.parse(last) as { name: ErrorName; message: string; hint?: string };
  return new SentinelError(name, `${what} ${message}`, hint === undefined ? {} : { hint });
}
