import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statfsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type BetterSqlite3 from 'better-sqlite3';
import { stepBackThread } from '../process/thread-priority.ts';
import { failureOf } from './failures.ts';
import type { FolderReport, InspectionAnswer, InspectionOrder } from './inspection.ts';

const require = createRequire(import.meta.url);
/** A larger file would take longer to copy than somebody waits. */
const mostBytes = 1024 * 1024 * 1024;

stepBackThread();
parentPort?.postMessage(answer(workerData as InspectionOrder));

function answer(order: InspectionOrder): InspectionAnswer {
  try {
    return { report: inspect(order) };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

function inspect({ folder, heldHere, scratch }: InspectionOrder): FolderReport {
  const holder = heldHere ? ({ holder: 'this process' } as const) : holderOf(join(folder, 'site.lock'));
  const file = join(folder, 'sentinel.db');
  if (!existsSync(file)) return { ...holder, database: 'absent' };
  // In use: one more reader beside the writer. Not in use: a reader would leave files of its own behind, so a copy is read.
  if (holder.holder !== 'nobody' && existsSync(`${file}-shm`)) return { ...holder, ...check(file, true) };
  const parts = [file, `${file}-wal`].filter((part) => existsSync(part));
  const bytes = parts.reduce((sum, part) => sum + statSync(part).size, 0);
  if (bytes > Math.min(mostBytes, roomIn(scratch))) return { ...holder, database: 'too large to look at' };
  const place = mkdtempSync(join(scratch, 'echosight-check-'));
  try {
    const copy = join(place, 'copy.db');
    for (const part of parts) copyFileSync(part, copy + part.slice(file.length));
    return { ...holder, ...check(copy, false) };
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
