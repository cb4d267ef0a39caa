import { existsSync, renameSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import type BetterSqlite3 from 'better-sqlite3';
import { migrate } from './migrations.ts';
import { makePrivate } from './private-file.ts';

const require = createRequire(import.meta.url);
/** How long a statement waits for another program that holds the file (a backup, a database browser). */
const busyTimeoutMs = 5000;

/** A damaged file that was moved out of the way. */
export interface SetAside {
  /** Its new path; the -wal and -shm files beside it moved along. */
  file: string;
  reason: string;
}

export interface OpenedFile {
  connection: BetterSqlite3.Database;
  setAside?: SetAside;
  /** It is large, and was not read as a whole: somebody has to do so beside its use. */
  unchecked: boolean;
}

/** How a file is opened. */
export interface OpenAs {
  /** Also a large one is read as a whole. */
  whole: boolean;
  /** Another process may be at work with it: nothing is moved, and damage is thrown. */
  shared: boolean;
}

/** What is larger takes longer to read than a start may last. */
const largestAtOnce = 64 * 1024 * 1024;

class DamagedFileError extends Error {
  readonly code = 'SQLITE_CORRUPT';
}

/**
 * Opens a database file, checks it and brings it to the newest schema. A damaged file is kept under a new name for
 * repair, and an empty database takes its place: recording new incidents matters more than reading old ones.
 * Only what SQLite calls damage counts: a full disk, missing rights or a newer schema are thrown and move nothing.
 */
export function openFile(file: string, { whole, shared }: OpenAs): OpenedFile {
  const unchecked = !whole && (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > largestAtOnce;
  try {
    return { connection: openSound(file, !unchecked), unchecked };
  } catch (error) {
    if (shared || !isDamage(error)) throw error;
    const setAside = { file: moveAside(file), reason: error.message.replaceAll(/\s+/g, ' ') };
    return { connection: openSound(file, true), setAside, unchecked: false };
  }
}

function openSound(file: string, check: boolean): BetterSqlite3.Database {
  makePrivate(file);
  const Database = require('better-sqlite3') as typeof BetterSqlite3;
  const connection = new Database(file, { timeout: busyTimeoutMs });
  try {
    connection.pragma('journal_mode = WAL');
    // WAL with NORMAL may lose the last commits in a power cut; an alert must be on disk before it is sent.
    connection.pragma('synchronous = FULL');
    connection.pragma('foreign_keys = ON');
    if (check) checkIntegrity(connection);
    migrate(connection);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function checkIntegrity(connection: BetterSqlite3.Database): void {
  const [first] = connection.pragma('quick_check(1)') as { quick_check: string }[];
  if (first?.quick_check !== 'ok')
    throw new DamagedFileError(first?.quick_check ?? 'the integrity check gave no answer');
}

/** https://www.sqlite.org/rescode.html: SQLITE_CORRUPT, its extended codes, and SQLITE_NOTADB. */
function isDamage(error: unknown): error is Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB';
}

/** Renames the file and its companions to the first free name, so that nothing set aside earlier is overwritten. */
function moveAside(file: string): string {
  const companions = ['', '-wal', '-shm'];
  const taken = (target: string) => companions.some((suffix) => existsSync(target + suffix));
  let number = 1;
  while (taken(`${file}.damaged-${number}`)) number += 1;
  const target = `${file}.damaged-${number}`;
  for (const suffix of companions) {
    if (existsSync(file + suffix)) renameSync(file + suffix, target + suffix);
  }
  return target;
}
