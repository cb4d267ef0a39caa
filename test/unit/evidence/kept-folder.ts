import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openDatabase, type Database } from '../../../src/database/database.ts';
import { EvidenceStore } from '../../../src/evidence/evidence-store.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { incident, jpeg } from './incident.ts';

/** A data folder with three incidents, reviews, and files; open until the test is over. */
export async function keptFolder(
  t: TestContext,
): Promise<{ folder: string; store: EvidenceStore; database: Database }> {
  const folder = temporaryFolder(t);
  const database = await openDatabase(join(folder, 'sentinel.db'), { log: new RecordingLog() });
  t.after(() => database.close());
  const metrics = { count: () => undefined, observe: () => undefined };
  const clock = new ManualClock();
  const store = new EvidenceStore({ database, folder, clock, log: new RecordingLog(), metrics, newId: randomUUID });
  for (const id of ['one', 'two', 'three']) {
    await store.record(incident({ id, label: `<b>${id}</b>` }), { image: jpeg(`picture of ${id}`) });
  }
  await store.record(incident({ id: 'one', seq: 1, phase: 'update' }), { samples: new Float32Array(1600) });
  await store.review('one', { action: 'confirm', note: 'a burglar' }, 'anna');
  await store.review('two', { action: 'acknowledge' }, 'ben');
  return { folder, store, database };
}
