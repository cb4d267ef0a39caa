import { createRequire } from 'node:module';
import { join } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { SentinelError } from '../contracts/errors.ts';
import { databaseError, failureOf } from './failures.ts';
import { makePrivate } from './private-file.ts';

const require = createRequire(import.meta.url);

/** Folders of this process. The handles stay here: one that is collected as garbage would let go of its lock. */
const held = new Map<string, { database: BetterSqlite3.Database; holders: number }>();

/**
 * Takes a data folder for this process; several holders of one process share it. The lock is the operating system's
 * lock on a small SQLite file, so it vanishes with the process however that ends, and holds between containers that
 * share the folder.
 * @returns the release.
 * @throws SentinelError ES_SITE_LOCKED when another process holds it; ES_DATABASE when the lock cannot be tried, as on a
 * full disk.
 */
export function lockFolder(folder: string): () => void {
  const lock = held.get(folder) ?? { database: openLock(folder), holders: 0 };
  held.set(folder, lock);
  lock.holders += 1;
  return () => {
    lock.holders -= 1;
    if (lock.holders > 0) return;
    held.delete(folder);
    lock.database.close();
  };
}

function openLock(folder: string): BetterSqlite3.Database {
  const file = join(folder, 'site.lock');
  let database: BetterSqlite3.Database | undefined;
  try {
    makePrivate(file);
    const Database = require('better-sqlite3') as typeof BetterSqlite3;
    database = new Database(file, { timeout: 0 });
    database.pragma('journal_mode = DELETE');
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (cause) {
    database?.close();
    throw lockError(folder, cause);
  }
}

/** Only a lock of somebody else says that the folder is in use. */
function lockError(folder: string, cause: unknown): SentinelError {
  const failure = failureOf(cause);
  if (!/^SQLITE_(?:BUSY|LOCKED)/.test(failure.code)) return databaseError(failure);
  return new SentinelError('ES_SITE_LOCKED', `Another process already uses the data folder ${folder}.`, {
    hint: 'Stop the other Node-RED, or give this site a data folder of its own.',
    cause,
  });
}
