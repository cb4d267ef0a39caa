import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type BetterSqlite3 from 'better-sqlite3';
import { openDatabase, type Database } from '../../../src/database/database.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { incidentRow } from './rows.ts';

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3;
const incidents = 50;

async function opened(
  t: TestContext,
): Promise<{ query: Database['query']; file: string; beside: BetterSqlite3.Database }> {
  const file = join(temporaryFolder(t), 'sentinel.db');
  const database = await openDatabase(file, { log: new RecordingLog() });
  // Looks without asking the database thread, which would not rest then.
  const beside = new Sqlite(file, { readonly: true });
  t.after(async () => {
    beside.close();
    await database.close();
  });
  return { query: database.query, file, beside };
}

async function write(query: Database['query'], n: number): Promise<void> {
  await query.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('incidents')
      .values(incidentRow({ id: `incident-${n}`, place: n }))
      .execute();
    await transaction.insertInto('incident_words').values({ rowid: n, words: 'glass gate' }).execute();
  });
}

function segments(beside: BetterSqlite3.Database): number {
  return beside.prepare('SELECT count(DISTINCT segid) FROM incident_words_idx').pluck().get() as number;
}

function found(beside: BetterSqlite3.Database): number {
  return beside
    .prepare(`SELECT count(*) FROM incident_words WHERE incident_words MATCH 'gate'`)
    .pluck()
    .get() as number;
}

describe('while nobody asks the database for anything', () => {
  test('its index of words is drawn together, and what was written goes back into the file', async (t) => {
    const { query, file, beside } = await opened(t);
    const { size } = statSync(file);
    for (let n = 1; n <= incidents; n += 1) await write(query, n);
    while (segments(beside) >= 4 || statSync(file).size === size) await pause(20);
    assert.equal(found(beside), incidents);
  });

  test('a transaction that takes its time is left alone', async (t) => {
    const { query, beside } = await opened(t);
    for (let n = 1; n < incidents; n += 1) await write(query, n);
    const many = await query.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('incidents')
        .values(incidentRow({ id: 'slow' }))
        .execute();
      await pause(600);
      return segments(beside);
    });
    assert.ok(many >= 4, `${many} segments`);
    while (segments(beside) >= 4) await pause(20);
    const rows = await query.selectFrom('incidents').select('id').where('id', '=', 'slow').execute();
    assert.equal(rows.length, 1);
  });
});
