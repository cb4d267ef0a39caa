import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type BetterSqlite3 from 'better-sqlite3';
import { openDatabase } from '../../../src/database/database.ts';
import { migrate, schemaVersion } from '../../../src/database/migrations.ts';
import { EvidenceStore } from '../../../src/evidence/evidence-store.ts';
import { registeredSources } from '../../../src/evidence/register/register-list.ts';
import { Register } from '../../../src/evidence/register/register.ts';
import { verifyFolder } from '../../../src/evidence/trust/verify-folder.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3;

/** A file as that version would have left it: an incident with a signal, and reviews from the second step on. */
function fileOf(version: number, file: string): void {
  const connection = new Sqlite(file);
  migrate(connection, version);
  connection.exec(`
    INSERT INTO incidents (id, site, area, source, seq, severity, label, reason, confidence, started_at, updated_at, ended_at,
      explanation_json, sources_json)
    VALUES ('old', 'home', 'yard', 'cam', 1, 2, 'Person at the gate', 'person', 0.5, 1000.5, 2000, 2000, '["A person was seen."]', '["cam"]');
    INSERT INTO signals (incident_id, kind, label, source, score, captured_at, count) VALUES ('old', 'object', 'person', 'cam', 0.5, 1000, 2);
  `);
  if (version >= 2) {
    connection.exec(`
      INSERT INTO reviews (id, incident_id, action, "by", note, created_at) VALUES ('r1', 'old', 'acknowledge', 'anna', NULL, 1500);
      INSERT INTO reviews (id, incident_id, action, "by", note, created_at) VALUES ('r2', 'old', 'dismiss', 'anna', 'a cat', 1600);
    `);
  }
  // From then on a verdict stands with its incident, too.
  const columns = connection.pragma('table_info(incidents)') as { name: string }[];
  if (columns.some(({ name }) => name === 'review_state')) {
    connection.exec("UPDATE incidents SET review_state = 'dismissed'");
  }
  connection.close();
}

describe('a database of an earlier version', () => {
  for (let version = 1; version < schemaVersion; version += 1) {
    test(`with schema ${version} keeps its rows, is found by them, joins the chain, and gives the register its names`, async (t) => {
      const folder = temporaryFolder(t);
      fileOf(version, join(folder, 'sentinel.db'));
      const log = new RecordingLog();
      const database = await openDatabase(join(folder, 'sentinel.db'), { log });
      t.after(() => database.close());
      const metrics = { count: () => undefined, observe: () => undefined };
      const clock = new ManualClock();
      const store = new EvidenceStore({ database, folder, clock, log, metrics, newId: randomUUID });
      const review = version >= 2 ? 'dismissed' : 'pending';
      const [found] = await store.list({ limit: 5, area: 'yard', label: 'person', text: 'gate', review });
      assert.equal(found?.id, 'old');
      assert.equal(found.signals[0]?.count, 2);
      assert.equal(found.review.note, version >= 2 ? 'a cat' : undefined);
      assert.deepEqual((await verifyFolder(folder)).first, []);
      const flow = { site: { id: 'home', name: 'Home', timeZone: '' }, sources: [] };
      const register = new Register({ clock, log, site: () => 'home', flow: () => Promise.resolve(flow) });
      register.begin(database);
      clock.advance(5000);
      await register.idle();
      const [source] = await registeredSources(database.query);
      assert.deepEqual(
        [source?.source, source?.area, source?.firstSeen, source?.goneAt],
        ['cam', 'yard', 1000.5, 2000],
      );
      assert.deepEqual(log.lines, []);
    });
  }

  test('has the schema of a new one afterwards', (t) => {
    const folder = temporaryFolder(t);
    const schema = (file: string): unknown[] => {
      const connection = new Sqlite(file);
      migrate(connection);
      const rows = connection.prepare('SELECT type, name, sql FROM sqlite_master ORDER BY name').all();
      connection.close();
      return rows;
    };
    fileOf(1, join(folder, 'old.db'));
    assert.deepEqual(schema(join(folder, 'old.db')), schema(join(folder, 'new.db')));
  });
});
