import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDatabase } from '../../../src/database/database.ts';
import { EvidenceStore } from '../../../src/evidence/evidence-store.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { incident } from './incident.ts';

test('reports of false alarms are counted: once for an incident, and no other review', async (t) => {
  const folder = temporaryFolder(t);
  const log = new RecordingLog();
  const database = await openDatabase(join(folder, 'sentinel.db'), { log });
  t.after(() => database.close());
  const counted: string[] = [];
  const metrics = { count: (name: string) => counted.push(name), observe: () => undefined };
  const clock = new ManualClock(Date.now());
  const store = new EvidenceStore({ database, folder, clock, log, metrics, newId: randomUUID });
  await store.record(incident(), {});
  await store.record(incident({ id: 'incident-2' }), {});
  counted.length = 0;

  for (const action of ['acknowledge', 'dismiss', 'confirm'] as const)
    await store.review('incident-1', { action }, 'a');
  assert.deepEqual(counted, []);
  for (const id of ['incident-1', 'incident-1', 'incident-2', 'unknown']) {
    await store.review(id, { action: 'false-positive' }, 'guard');
    clock.advance(10);
  }
  assert.equal(await store.review('unknown', { action: 'acknowledge' }, 'guard'), undefined, 'ESF21');
  assert.deepEqual(counted, ['false_positive_reports_total', 'false_positive_reports_total']);
});
