import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync, statSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type BetterSqlite3 from 'better-sqlite3';
import { openDatabase } from '../../../src/database/database.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { incidentRow } from './rows.ts';

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3;

test('a large database opens at once; damage far inside is found beside its use, and the file set aside', async (t) => {
  const file = join(temporaryFolder(t), 'sentinel.db');
  await (await openDatabase(file, { log: new RecordingLog() })).close();
  const filler = new Sqlite(file);
  const insert = filler.prepare('INSERT INTO calibration_scores (recording_id, seq, scores) VALUES (?, ?, ?)');
  filler.pragma('foreign_keys = OFF');
  filler.transaction(() => {
    // Pages of a tree, not long chains of one value: nobody but a whole check would look into them.
    for (let n = 0; n < 36_000; n += 1) insert.run('recording', n, randomBytes(2000));
  })();
  filler.close();
  const { size } = statSync(file);
  assert.ok(size > 64 * 1024 * 1024);
  const raw = openSync(file, 'r+');
  writeSync(raw, Buffer.alloc(4096, 0x5a), 0, 4096, Math.floor(size / 8192) * 4096);
  closeSync(raw);

  const log = new RecordingLog();
  const database = await openDatabase(file, { log });
  t.after(() => database.close());
  while (!log.lines.some((line) => line.includes('The database is damaged'))) await pause(20);
  await database.query.insertInto('incidents').values(incidentRow()).execute();
  assert.ok(log.lines.some((line) => /It is kept as .*damaged-1, and an empty one was begun/.test(line)));
  assert.ok(existsSync(`${file}.damaged-1`));
  assert.equal((await database.query.selectFrom('incidents').selectAll().execute()).length, 1);
});
