import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statfsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type BetterSqlite3 from 'better-sqlite3';
import type { Selectable } from 'kysely';
import { stepBackThread } from '../process/thread-priority.ts';
import { failureOf } from './failures.ts';
import type { FolderReport, InspectionAnswer, InspectionOrder } from './inspection.ts';
import type { StreamRow } from './tables.ts';

const require = createRequire(import.meta.url);
/** A larger file would take longer to copy than somebody waits. */
const mostBytes = 1024 * 1024 * 1024;

stepBackThread();
parentPort?.postMessage(answer(workerData as InspectionOrder));

function answer(order: InspectionOrder): InspectionAnswer {
  try {
    return order.wanted === 'check' ? { report: inspect(order) } : { streams: streamsIn(order) };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

function inspect(order: InspectionOrder): FolderReport {
  const holder = holderIn(order);
  if (!existsSync(databaseIn(order))) return { ...holder, database: 'absent' };
  return { ...holder, ...(look(order, holder.holder, check) ?? { database: 'too large to look at' }) };
}

/** Those of an older database, which had no streams, are none. */
function streamsIn(order: InspectionOrder): Selectable<StreamRow>[] | undefined {
  if (!existsSync(databaseIn(order))) return [];
  return look(order, holderIn(order).holder, (file, readonly) => {
    const connection = open(file, readonly);
    try {
      const table = connection.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'streams'").get();
      if (table === undefined) return [];
      return connection.prepare('SELECT * FROM streams ORDER BY source').all() as Selectable<StreamRow>[];
    } finally {
      connection.close();
    }
  });
}

function databaseIn({ folder }: InspectionOrder): string {
  return join(folder, 'sentinel.db');
}

function holderIn({ folder, heldHere }: InspectionOrder): Pick<FolderReport, 'holder' | 'pid'> {
  return heldHere ? { holder: 'this process' } : holderOf(join(folder, 'site.lock'));
}

/** @returns undefined for one that would have to be copied and is too large for that. */
function look<Found>(
  order: InspectionOrder,
  holder: FolderReport['holder'],
  use: (file: string, readonly: boolean) => Found,
): Found | undefined {
  const { scratch } = order;
  const file = databaseIn(order);
  // In use: one more reader beside the writer. Not in use: a reader would leave files of its own behind, so a copy is read.
  if (holder !== 'nobody' && existsSync(`${file}-shm`)) return use(file, true);
  const parts = [file, `${file}-wal`].filter((part) => existsSync(part));
  const bytes = parts.reduce((sum, part) => sum + statSync(part).size, 0);
  if (bytes > Math.min(mostBytes, roomIn(scratch))) return undefined;
  const place = mkdtempSync(join(scratch, 'echosight-check-'));
  try {
    const copy = join(place, 'copy.db');
    for (const part of parts) copyFileSync(part, copy + part.slice(file.length));
    return use(copy, false);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** Half of what is free: a temporary folder often lies in memory, which others need too. */
function roomIn(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return (bavail * bsize) / 2;
}

function check(file: string, readonly: boolean): Pick<FolderReport, 'database' | 'fault'> {
  const connection = open(file, readonly);
  try {
    const [first] = connection.pragma('quick_check(1)') as { quick_check: string }[];
    const said = first?.quick_check ?? 'the check gave no answer';
    return said === 'ok' ? { database: 'sound' } : { database: 'damaged', fault: said };
  } catch (error) {
    const { code, message } = failureOf(error);
    if (!code.startsWith('SQLITE_CORRUPT') && code !== 'SQLITE_NOTADB') throw error;
    return { database: 'damaged', fault: message };
  } finally {
    connection.close();
  }
}

function holderOf(lock: string): Pick<FolderReport, 'holder' | 'pid'> {
  if (!existsSync(lock)) return { holder: 'nobody' };
  const connection = open(lock, true);
  try {
    connection.prepare('SELECT count(*) FROM sqlite_master').get();
    return { holder: 'nobody' };
  } catch (error) {
    if (!/^SQLITE_(?:BUSY|LOCKED)/.test(failureOf(error).code)) throw error;
    const pid = processWithLockOn(lock);
    return { holder: 'another process', ...(pid === undefined ? {} : { pid }) };
  } finally {
    connection.close();
  }
}

/** Linux lists every lock with process and inode (proc_locks(5)); of another container it gives no process. */
function processWithLockOn(file: string): string | undefined {
  try {
    const { ino } = statSync(file);
    const lines = readFileSync('/proc/locks', 'utf8').split('\n');
    const line = lines.find((candidate) => candidate.includes(`:${ino} `));
    return / ([1-9]\d*) \w+:\w+:\d+ /.exec(line ?? '')?.[1];
  } catch {
    return undefined;
  }
}

function open(file: string, readonly: boolean): BetterSqlite3.Database {
  const Database = require('better-sqlite3') as typeof BetterSqlite3;
  return new Database(file, { readonly, fileMustExist: true, timeout: 0 });
}
