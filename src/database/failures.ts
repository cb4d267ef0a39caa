import { SentinelError } from '../contracts/errors.ts';
import type { Failure } from './protocol.ts';

/** What the user can do, by the start of the SQLite result code. */
const hints: readonly (readonly [prefix: string, hint: string])[] = [
  ['SCHEMA_NEWER', 'Install the newer version of the package again, or restore the database from before the update.'],
  ['SQLITE_FULL', 'Free space on the disk of the data folder.'],
  ['ENOSPC', 'Free space on the disk of the data folder.'],
  ['SQLITE_IOERR', 'Check the disk of the data folder.'],
  ['SQLITE_READONLY', 'Make the data folder writable for the user that runs Node-RED.'],
  ['SQLITE_CANTOPEN', 'Make the data folder writable for the user that runs Node-RED.'],
  ['EACCES', 'Make the data folder writable for the user that runs Node-RED.'],
  ['EROFS', 'The disk of the data folder is mounted read-only.'],
  ['ENOTDIR', 'Choose a data folder whose path leads through folders only.'],
  ['SQLITE_BUSY', 'Close the other program that holds the database.'],
  ['SQLITE_CORRUPT', 'Restart Node-RED: the damaged file is then set aside and a new one begun.'],
  ['SQLITE_NOTADB', 'Restart Node-RED: the damaged file is then set aside and a new one begun.'],
  ['MODULE_NOT_FOUND', 'Install the package again on this machine: better-sqlite3 has no binary for it.'],
  ['ERR_DLOPEN_FAILED', 'Install the package again on this machine: better-sqlite3 has no binary for it.'],
];

/** ES_DATABASE, with SQLite's own words and result code; statement parameters are never part of either. */
export function databaseError(failure: Failure): SentinelError {
  const hint = hints.find(([prefix]) => failure.code.startsWith(prefix))?.[1];
  return new SentinelError('ES_DATABASE', `The database could not do its work: ${failure.message} (${failure.code}).`, {
    ...(hint === undefined ? {} : { hint }),
    cause: failure,
  });
}

/** Codes that are about what was asked, not about the database. */
const ofTheRequest = /^(?:SQLITE_(?:CONSTRAINT|MISMATCH|RANGE|TOOBIG|ERROR$)|UNUSABLE_VALUE|UNKNOWN)/;

/** Whether an error of a statement says that the database itself does not work. */
export function isFault(error: unknown): boolean {
  const code = error instanceof SentinelError ? failureCode(error.cause) : undefined;
  return code === undefined || !ofTheRequest.test(code);
}

/** Whether rows that are there, or a rule of a table, do not allow what was to be written. */
export function isConflict(error: unknown): boolean {
  const code = error instanceof SentinelError ? failureCode(error.cause) : undefined;
  return code?.startsWith('SQLITE_CONSTRAINT') === true;
}

function failureCode(cause: unknown): string | undefined {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : undefined;
}

/** Any thrown value with its code, in a form that crosses between threads. */
export function failureOf(error: unknown): Failure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
  return { code, message: error instanceof Error ? error.message : String(error) };
}
