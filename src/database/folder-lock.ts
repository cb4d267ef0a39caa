import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { SentinelError } from '../contracts/errors.ts';

const require = createRequire(import.meta.url);

/** Folders of this process. The handles stay here: one that is collected as garbage would let go of its lock. */
const held = new Map<string, { database: BetterSqlite3.Database; holders: number }>();

/**
 * Takes a data folder for this process; several holders of one process share it. The lock is the operating system's
 * lock on a small SQLite file, so it vanishes with the process however that ends, and holds between containers that
 * share the folder.
 * @returns the release.
 * @throws SentinelError ES_SITE_LOCKED when another process holds it.
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
  mkdirSync(folder, { recursive: true });
  const Database = require('better-sqlite3') as typeof BetterSqlite3;
  const database = new Database(join(folder, 'site.lock'), { timeout: 0 });
  try {
    database.pragma('journal_mode = DELETE');
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (cause) {
    database.close();
    throw new SentinelError('ES_SITE_LOCKED', `Another process already uses the data folder ${folder}.`, {
      hint: 'Stop the other Node-RED, or give this site a data folder of its own.',
      cause,
    });
  }
}
