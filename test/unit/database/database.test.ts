import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type BetterSqlite3 from 'better-sqlite3';
import { CompiledQuery, sql } from 'kysely';
import { openDatabase, type Database } from '../../../src/database/database.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { incidentRow, outboxRow } from './rows.ts';

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3;

async function opened(t: TestContext, file: string, log = new RecordingLog()): Promise<Database> {
  const database = await openDatabase(file, { log });
  t.after(() => database.close());
  return database;
}

describe('a database file', () => {
  test('is created in WAL mode with full synchronisation and foreign keys, and keeps its rows', async (t) => {
    const file = join(temporaryFolder(t), 'data', 'sentinel.db');
    const first = await openDatabase(file, { log: new RecordingLog() });
    const settings = await sql<Record<string, unknown>>`
      SELECT journal_mode, synchronous, foreign_keys, timeout
      FROM pragma_journal_mode, pragma_synchronous, pragma_foreign_keys, pragma_busy_timeout`.execute(first.query);
    assert.deepEqual(settings.rows, [{ journal_mode: 'wal', synchronous: 2, foreign_keys: 1, timeout: 5000 }]);
    await first.query.insertInto('incidents').values(incidentRow()).execute();
    await first.close();

    const second = await opened(t, file);
    const row = await second.query.selectFrom('incidents').selectAll().executeTakeFirstOrThrow();
    assert.deepEqual(row, incidentRow());
  });

  test('is claimed before it is opened and after it; a claim that fails leaves it closed', async (t) => {
    const file = join(temporaryFolder(t), 'sentinel.db');
    const there: boolean[] = [];
    const claim = (): void => {
      there.push(existsSync(file));
      if (there.length === 2) throw new Error('taken by another process meanwhile');
    };
    await assert.rejects(openDatabase(file, { log: new RecordingLog(), claim }), /taken by another process/);
    assert.deepEqual(there, [false, true]);
    const again = await openDatabase(file, { log: new RecordingLog(), claim });
    assert.equal(there.length, 4);
    await again.close();
  });

  test('holds blobs that come back as Buffers, byte for byte', async (t) => {
    const { query } = await opened(t, join(temporaryFolder(t), 'sentinel.db'));
    const media = randomBytes(200_000);
    await query.insertInto('outbox').values(outboxRow({ media })).execute();
    // A slice of a larger allocation must not drag its neighbours along.
    await query
      .insertInto('outbox')
      .values(outboxRow({ id: 'row-2', part: 'image', media: media.subarray(10, 20) }))
      .execute();
    const rows = await query.selectFrom('outbox').select('media').orderBy('id').execute();
    assert.ok(Buffer.isBuffer(rows[0]?.media));
    assert.ok(rows[0].media.equals(media));
    assert.deepEqual(rows[1]?.media, media.subarray(10, 20));
  });

  test('takes fractions of a millisecond', async (t) => {
    const { query } = await opened(t, join(temporaryFolder(t), 'sentinel.db'));
    await query
      .insertInto('outbox')
      .values(outboxRow({ next_at: 1_700_000_000_000.25 }))
      .execute();
    const { next_at } = await query.selectFrom('outbox').select('next_at').executeTakeFirstOrThrow();
    assert.equal(next_at, 1_700_000_000_000.25);
  });

  test('refuses a second outbox row for the same part of the same step, and signals without an incident', async (t) => {
    const { query } = await opened(t, join(temporaryFolder(t), 'sentinel.db'));
    await query.insertInto('outbox').values(outboxRow()).execute();
    await assert.rejects(
      query
        .insertInto('outbox')
        .values(outboxRow({ id: 'row-2' }))
        .execute(),
      {
        name: 'ES_DATABASE',
        message: /UNIQUE.*incident_id.*sequence.*SQLITE_CONSTRAINT_UNIQUE/,
      },
    );
    const signal = { incident_id: 'none', kind: 'sound', label: 'scream', source: 'mic', score: 1, threshold: null };
    await assert.rejects(
      query
        .insertInto('signals')
        .values({ ...signal, captured_at: 1, count: 1 })
        .execute(),
      { name: 'ES_DATABASE', message: /FOREIGN KEY/ },
    );
  });

  test('finds due rows and cooldowns by index', async (t) => {
    const { query } = await opened(t, join(temporaryFolder(t), 'sentinel.db'));
    const due = query.selectFrom('outbox').selectAll().where('state', '=', 'queued').where('next_at', '<=', 1);
    const cooldown = query
      .selectFrom('outbox')
      .selectAll()
      .where((is) => is.and({ account: 'a', node: 'n', area: 'b', reason: 'c' }))
      .where('accepted_at', '>', 1);
    for (const [wanted, plan] of [
      ['outbox_due', await due.explain(undefined, sql`query plan`)],
      ['outbox_cooldown', await cooldown.explain(undefined, sql`query plan`)],
    ] as const) {
      assert.match(JSON.stringify(plan), new RegExp(`USING INDEX ${wanted}`));
    }
  });

  test('a closed database says so, and closing twice is harmless', async (t) => {
    const database = await openDatabase(join(temporaryFolder(t), 'sentinel.db'), { log: new RecordingLog() });
    await database.query.selectFrom('incidents').selectAll().execute();
    const late = database.query.insertInto('incidents').values(incidentRow()).execute();
    await Promise.all([database.close(), database.close()]);
    await late;
    await assert.rejects(database.query.selectFrom('incidents').selectAll().execute(), {
      name: 'ES_DATABASE',
      message: /closed/,
    });
  });

  test('a value that SQLite cannot hold is an ES_DATABASE error, and the next statement works', async (t) => {
    const { query } = await opened(t, join(temporaryFolder(t), 'sentinel.db'));
    for (const value of [() => 1, { a: 1 }]) {
      await assert.rejects(query.executeQuery(CompiledQuery.raw('SELECT ?', [value])), { name: 'ES_DATABASE' });
    }
    await query.insertInto('incidents').values(incidentRow()).execute();
  });
});

describe('transactions', () => {
  test('that run at the same time take turns: no increment is lost', async (t) => {
    const { query } = await opened(t, join(temporaryFolder(t), 'sentinel.db'));
    await query
      .insertInto('incidents')
      .values(incidentRow({ updated_at: 0 }))
      .execute();
    const increment = () =>
      query.transaction().execute(async (transaction) => {
        const { updated_at } = await transaction.selectFrom('incidents').select('updated_at').executeTakeFirstOrThrow();
        await pause(1);
        await transaction
          .updateTable('incidents')
          .set({ updated_at: updated_at + 1 })
          .execute();
      });
    await Promise.all(Array.from({ length: 40 }, increment));
    const { updated_at } = await query.selectFrom('incidents').select('updated_at').executeTakeFirstOrThrow();
    assert.equal(updated_at, 40);
  });

  test('that fail leave nothing behind, and a statement outside never lands inside', async (t) => {
    const { query } = await opened(t, join(temporaryFolder(t), 'sentinel.db'));
    const failing = query.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('incidents')
        .values(incidentRow({ id: 'inside' }))
        .execute();
      await pause(20);
      throw new Error('changed my mind');
    });
    const outside = query
      .insertInto('incidents')
      .values(incidentRow({ id: 'outside' }))
      .execute();
    await assert.rejects(failing, /changed my mind/);
    await outside;
    const rows = await query.selectFrom('incidents').select('id').execute();
    assert.deepEqual(rows, [{ id: 'outside' }]);
  });

  test('keep their own error when SQLite has rolled back by itself', async (t) => {
    const { query } = await opened(t, join(temporaryFolder(t), 'sentinel.db'));
    await sql`CREATE TRIGGER full BEFORE INSERT ON incidents BEGIN SELECT RAISE(ROLLBACK, 'disk is full'); END`.execute(
      query,
    );
    const insert = query.transaction().execute(async (transaction) => {
      await transaction.insertInto('incidents').values(incidentRow()).execute();
    });
    await assert.rejects(insert, { name: 'ES_DATABASE', message: /disk is full/ });
  });
});

describe('what is found at start', () => {
  async function filled(file: string): Promise<void> {
    const database = await openDatabase(file, { log: new RecordingLog() });
    const rows = Array.from({ length: 300 }, (_, n) =>
      outboxRow({ id: `row-${n}`, sequence: n, body: 'x'.repeat(500) }),
    );
    for (const row of rows) await database.query.insertInto('outbox').values(row).execute();
    await database.close();
  }

  const damages: Record<string, (bytes: Buffer) => Buffer> = {
    'a file that is no database': () =>
      Buffer.from('this is not a database, but long enough to be read as one'.repeat(50)),
    'pages overwritten with rubbish': (bytes) =>
      Buffer.concat([bytes.subarray(0, 8192), randomBytes(65_536), bytes.subarray(73_728)]),
    'a file cut in half': (bytes) => bytes.subarray(0, bytes.length / 2),
  };
  for (const [name, damage] of Object.entries(damages)) {
    test(`${name} is kept under a new name, said, and replaced`, async (t) => {
      const file = join(temporaryFolder(t), 'sentinel.db');
      await filled(file);
      const damaged = damage(readFileSync(file));
      writeFileSync(file, damaged);
      writeFileSync(`${file}.damaged-1`, 'set aside earlier');

      const shared = openDatabase(file, { log: new RecordingLog(), shared: true });
      await assert.rejects(shared, { name: 'ES_DATABASE', hint: /^Restart Node-RED/ });
      assert.ok(readFileSync(file).equals(damaged), 'a program beside Node-RED leaves it where it is');
      const log = new RecordingLog();
      const { query } = await opened(t, file, log);
      await query.insertInto('outbox').values(outboxRow()).execute();
      assert.equal(readFileSync(`${file}.damaged-1`, 'utf8'), 'set aside earlier');
      assert.ok(readFileSync(`${file}.damaged-2`).equals(damaged));
      assert.equal(log.lines.length, 1);
      assert.match(log.lines[0] ?? '', /^error: The database was damaged \(.+\)\. It is kept as .*damaged-2/);
    });
  }

  test('a database from a newer version is refused by name and left alone', async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'sentinel.db');
    await filled(file);
    const newer = new Sqlite(file);
    newer.pragma('user_version = 99');
    newer.close();
    await assert.rejects(openDatabase(file, { log: new RecordingLog() }), {
      name: 'ES_DATABASE',
      message: /schema 99; this version of EchoSight Sentinel knows schemas up to \d+/,
      hint: /newer version/,
    });
    assert.deepEqual(readdirSync(folder), ['sentinel.db']);
  });

  test('a path that cannot be opened is an error and nothing is set aside', async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'occupied'), 'a file where a folder should be');
    await assert.rejects(openDatabase(join(folder, 'occupied', 'sentinel.db'), { log: new RecordingLog() }), {
      name: 'ES_DATABASE',
    });
    await assert.rejects(openDatabase(folder, { log: new RecordingLog() }), { name: 'ES_DATABASE' });
    assert.ok(existsSync(join(folder, 'occupied')));
  });
});
