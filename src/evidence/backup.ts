import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { SentinelError } from '../contracts/errors.ts';
import { evidenceFilePath } from './evidence-id.ts';
import { digestOfFile } from './trust/check-rows.ts';
import { openBeside } from './trust/data-folder.ts';

const require = createRequire(import.meta.url);
/** Of the data folder, what no run can make again, beside database and evidence. */
const alongside = ['evidence-key.pem', 'evidence-key.pub.pem', 'access.key', 'streams.key'];
const alongsideFolders = ['sound-heads'];

export interface BackedUp {
  files: number;
  bytes: number;
  /** Files that could not be read, or are not what they were. */
  missing: string[];
}

/**
 * Copies a data folder while Node-RED uses it: the database as it stands at one moment, and every file that it names. Run again on the
 * same folder, it copies what is new.
 * @param target a folder of its own; an earlier backup in it is replaced only when the new one is whole.
 * @throws SentinelError ES_BAD_INPUT, ES_EVIDENCE_WRITE
 */
export async function backUp(folder: string, target: string): Promise<BackedUp> {
  assertTarget(target);
  const source = openBeside(folder, 'read');
  const fresh = join(target, 'sentinel.db.new');
  try {
    mkdirSync(target, { recursive: true, mode: 0o700 });
    rmSync(fresh, { force: true });
    await source.backup(fresh);
  } finally {
    source.close();
  }
  const copied = await copyFiles(fresh, folder, target);
  for (const name of alongside) {
    if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(target, name));
  }
  for (const name of alongsideFolders) copyFolder(join(folder, name), join(target, name));
  await sync(fresh);
  renameSync(fresh, join(target, 'sentinel.db'));
  return copied;
}

/**
 * Puts a backup where no data is yet.
 * @throws SentinelError ES_BAD_INPUT where there is data, or no sound backup
 */
export async function restore(backup: string, folder: string): Promise<BackedUp> {
  for (const name of ['sentinel.db', 'evidence']) {
    if (!existsSync(join(folder, name))) continue;
    throw new SentinelError('ES_BAD_INPUT', `${folder} holds data already: nothing was changed.`, {
      hint: 'Name a new folder, or move the old one away first.',
    });
  }
  assertSound(join(backup, 'sentinel.db'));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const copied = await copyFiles(join(backup, 'sentinel.db'), backup, folder);
  for (const name of alongside) {
    if (existsSync(join(backup, name))) copyFileSync(join(backup, name), join(folder, name));
  }
  for (const name of alongsideFolders) copyFolder(join(backup, name), join(folder, name));
  const fresh = join(folder, 'sentinel.db.new');
  copyFileSync(join(backup, 'sentinel.db'), fresh);
  await sync(fresh);
  // Last: without it nobody takes the folder for a whole one.
  renameSync(fresh, join(folder, 'sentinel.db'));
  return copied;
}

function assertTarget(target: string): void {
  if (!existsSync(target)) return;
  const names = readdirSync(target);
  if (names.length === 0 || names.includes('sentinel.db') || names.includes('sentinel.db.new')) return;
  throw new SentinelError('ES_BAD_INPUT', `${target} holds something else than a backup.`, {
    hint: 'Name an empty or a new folder.',
  });
}

function assertSound(file: string): void {
  if (!existsSync(file)) {
    throw new SentinelError('ES_BAD_INPUT', `There is no backup in ${dirname(file)}.`, {
      hint: 'It is the folder that "echosight evidence backup" wrote.',
    });
  }
  const connection = opened(file);
  try {
    const [first] = connection.pragma('quick_check(1)') as { quick_check: string }[];
    if (first?.quick_check === 'ok') return;
  } catch {
    // Said below.
  } finally {
    connection.close();
  }
  throw new SentinelError('ES_BAD_INPUT', 'The database of the backup is damaged: nothing was changed.');
}

function opened(file: string): BetterSqlite3.Database {
  const Database = require('better-sqlite3') as typeof BetterSqlite3;
  return new Database(file, { readonly: true, fileMustExist: true });
}

/** Every file that a database names, under the same name; what is there already and is the same stays. */
async function copyFiles(database: string, from: string, to: string): Promise<BackedUp> {
  const connection = opened(database);
  const result: BackedUp = { files: 0, bytes: 0, missing: [] };
  try {
    for (const { file, sha256, bytes } of connection
      .prepare('SELECT file, sha256, bytes FROM media')
      .iterate() as Iterable<{
      file: string;
      sha256: string;
      bytes: number;
    }>) {
      if (evidenceFilePath.test(file) && (await copyOne(join(from, file), join(to, file), { sha256, bytes }))) {
        result.files += 1;
        result.bytes += bytes;
      } else result.missing.push(file);
    }
  } finally {
    connection.close();
  }
  return result;
}

async function copyOne(
  from: string,
  to: string,
  { sha256, bytes }: { sha256: string; bytes: number },
): Promise<boolean> {
  if (statSync(to, { throwIfNoEntry: false })?.size === bytes && (await digestOfFile(to)) === sha256) return true;
  if ((await digestOfFile(from)) !== sha256) return false;
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  copyFileSync(from, `${to}.new`);
  await sync(`${to}.new`);
  renameSync(`${to}.new`, to);
  return true;
}

function copyFolder(from: string, to: string): void {
  if (!existsSync(from)) return;
  mkdirSync(to, { recursive: true, mode: 0o700 });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isFile()) copyFileSync(join(from, entry.name), join(to, entry.name));
  }
}

async function sync(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
