import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { SentinelError } from '../contracts/errors.ts';

const require = createRequire(import.meta.url);

/**
 * Takes a data folder for this process. The lock is the operating system's lock on a small SQLite file, so it
 * vanishes with the process however that ends, and holds between containers that share the folder.
 * @returns the release.
 * @throws SentinelError ES_SITE_LOCKED when another process holds it.
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const Database = require('better-sqlite3') as typeof BetterSqlite3;
  const database = new Database(join(folder, 'site.lock'), { timeout: 500 });
  try {
    database.pragma('journal_mode = DELETE');
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw new SentinelError('ES_SITE_LOCKED', `Another process already uses the data folder ${folder}.`, {
      hint: 'Stop the other Node-RED, or give this site a data folder of its own.',
      cause,
    });
  }
  return () => {
    database.close();
  };
}
