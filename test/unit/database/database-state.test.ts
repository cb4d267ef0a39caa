import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { openDatabase } from '../../../src/database/database.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { incidentRow } from './rows.ts';

describe('the state of the database', () => {
  test('is down from a write that failed to the next one that did not, whatever is read between', async (t) => {
    let works: boolean | undefined;
    const database = await openDatabase(join(temporaryFolder(t), 'sentinel.db'), {
      log: new RecordingLog(),
      onState: (state) => {
        works = state;
      },
    });
    t.after(() => database.close());
    const { query } = database;
    const insert = (id: string, label = 'x') =>
      query.transaction().execute(async (transaction) => {
        await transaction.insertInto('incidents').values(incidentRow({ id, label })).execute();
      });
    await insert('first');
    assert.equal(works, true);

    // What SQLite answers on a full disk.
    const pages = await sql<{ page_count: number }>`PRAGMA page_count`.execute(query);
    await sql`PRAGMA max_page_count = ${sql.lit(pages.rows[0]?.page_count)}`.execute(query);
    await assert.rejects(insert('second', 'x'.repeat(100_000)), { name: 'ES_DATABASE', message: /SQLITE_FULL/ });
    assert.equal(works, false);
    await query.selectFrom('incidents').selectAll().execute();
    await query.updateTable('incidents').set({ severity: 1 }).where('id', '=', 'nobody').execute();
    assert.equal(works, false);

    await sql`PRAGMA max_page_count = 1000000`.execute(query);
    await insert('third', 'x'.repeat(100_000));
    assert.equal(works, true);
    await assert.rejects(insert('third'), { name: 'ES_DATABASE', message: /UNIQUE/ });
    assert.equal(works, true, 'a refused row is no fault of the disk');
  });

  test('is down when the file was deleted, which is logged once; the next request begins a new one', async (t) => {
    const file = join(temporaryFolder(t), 'data', 'sentinel.db');
    const log = new RecordingLog();
    const clock = new ManualClock();
    const states: boolean[] = [];
    const database = await openDatabase(file, { log, clock, onState: (works) => states.push(works) });
    t.after(() => database.close());
    const { query } = database;
    const told: string[] = [];
    const listener = (name: string) => () => Promise.resolve(void told.push(name));
    database.onReplaced(listener('stays'));
    database.onReplaced(listener('went'))();
    await query.insertInto('incidents').values(incidentRow()).execute();
    const look = async () => {
      clock.advance(10_000);
      await pause(50);
    };
    await look();
    assert.deepEqual(log.lines, []);

    rmSync(join(file, '..'), { recursive: true });
    clock.advance(10_000);
    for (let tries = 0; log.lines.length === 0 && tries < 500; tries += 1) await pause(10);
    await look();
    assert.equal(log.lines.length, 1);
    assert.match(log.lines.join(), /^error: .*deleted or replaced/);
    assert.equal(states.at(-1), false);
    assert.deepEqual(told, ['stays']);

    await query.insertInto('incidents').values(incidentRow()).execute();
    assert.equal(states.at(-1), true);
    assert.ok(existsSync(file));
    await look();
    assert.equal(log.lines.length, 1);
    rmSync(file);
    await look();
    assert.equal(log.lines.length, 2, 'the new file is watched as well');

    await database.close();
    assert.equal(clock.waiting, 0);
  });
});
