import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { SentinelError } from '../../contracts/errors.ts';

const require = createRequire(import.meta.url);
/** How long to wait for the Node-RED that writes to it. */
const busyTimeoutMs = 10_000;

/**
 * The database of a data folder, for one more program beside Node-RED. Blocks its thread: belongs into a worker or a command.
 * @throws SentinelError ES_BAD_INPUT when there is none
 */
export function openBeside(folder: string, how: 'read' | 'write'): BetterSqlite3.Database {
  const file = join(folder, 'sentinel.db');
  if (!existsSync(file)) {
    throw new SentinelError('ES_BAD_INPUT', `There is no database in ${folder}.`, {
      hint: 'Name the data folder of the site; mostly it is "echosight" in the user folder of Node-RED.',
    });
  }
  const Database = require('better-sqlite3') as typeof BetterSqlite3;
  const options = { readonly: how === 'read', fileMustExist: true, timeout: busyTimeoutMs };
  const connection = new Database(file, options);
  try {
    if (hasChain(connection)) return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
  connection.close();
  throw new SentinelError('ES_BAD_INPUT', 'The database is of an earlier version, which had no chain.', {
    hint: 'Start Node-RED with this version once.',
  });
}

function hasChain(connection: BetterSqlite3.Database): boolean {
  return connection.prepare("SELECT 1 FROM sqlite_master WHERE name = 'chain'").get() !== undefined;
}
