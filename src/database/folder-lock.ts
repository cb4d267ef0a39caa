import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { SentinelError } from '../contracts/errors.ts';
import { databaseError, failureOf } from './failures.ts';
import { makePrivate } from './private-file.ts';

const require = createRequire(import.meta.url);

interface Held {
  database: BetterSqlite3.Database;
  /** Of the lock's file: whoever deletes or replaces the folder takes the file away, and the lock with it. */
  inode: bigint | undefined;
  holders: number;
}

/** Folders of this process. The handles stay here: one that is collected as garbage would let go of its lock. */
const held = new Map<string, Held>();

/** A share of a data folder's lock. */
export interface FolderLock {
  /**
   * Takes the folder again when it was deleted, replaced or unplugged since.
   * @throws SentinelError as `lockFolder`
   */
  renew(): void;
  release(): void;
}

/**
 * Takes a data folder for this process; several holders of one process share it. The lock is the operating system's
 * lock on a small SQLite file, so it vanishes with the process however that ends, and holds between containers that
 * share the folder.
 * @throws SentinelError ES_SITE_LOCKED when another process holds it; ES_DATABASE when the lock cannot be tried, as on a
 * full disk.
 */
export function lockFolder(folder: string): FolderLock {
  const lock = held.get(folder) ?? { ...openLock(folder), holders: 0 };
  held.set(folder, lock);
  lock.holders += 1;
  return {
    renew: () => {
      const inode = inodeOf(lockFile(folder));
      if (inode !== undefined && inode === lock.inode) return;
      const { database } = lock;
      Object.assign(lock, openLock(folder));
      database.close();
    },
    release: () => {
      lock.holders -= 1;
      if (lock.holders > 0) return;
      held.delete(folder);
      lock.database.close();
    },
  };
}

function lockFile(folder: string): string {
  return join(folder, 'site.lock');
}

function inodeOf(file: string): bigint | undefined {
  try {
    return statSync(file, { bigint: true }).ino;
  } catch {
    return undefined;
  }
}

function openLock(folder: string): Pick<Held, 'database' | 'inode'> {
  const file = lockFile(folder);
  let database: BetterSqlite3.Database | undefined;
  try {
    makePrivate(file);
    const Database = require('better-sqlite3') as typeof BetterSqlite3;
    database = new Database(file, { timeout: 0 });
    database.pragma('journal_mode = DELETE');
    database.exec('BEGIN EXCLUSIVE');
    return { database, inode: inodeOf(file) };
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
