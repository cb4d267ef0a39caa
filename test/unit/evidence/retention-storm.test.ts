import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDatabase } from '../../../src/database/database.ts';
import { EvidenceFiles } from '../../../src/evidence/evidence-files.ts';
import { EvidenceStore } from '../../../src/evidence/evidence-store.ts';
import { usualRetention } from '../../../src/evidence/retention/retention-settings.ts';
import { Retention } from '../../../src/evidence/retention/retention.ts';
import { verifyFolder } from '../../../src/evidence/trust/verify-folder.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { incident, jpeg } from './incident.ts';

const hourMs = 3_600_000;
const perHour = 12;
const bytesEach = 2000;
const mostBytes = 100_000;

test('48 hours of storms, with a clock that is set back an hour, stay below their limit; every alarm is kept, the chain holds', async (t) => {
  const folder = temporaryFolder(t);
  const log = new RecordingLog();
  const database = await openDatabase(join(folder, 'sentinel.db'), { log });
  const clock = new ManualClock();
  const metrics = { count: () => undefined, observe: () => undefined };
  const store = new EvidenceStore({ database, folder, clock, log, metrics, newId: randomUUID });
  const retention = new Retention({
    ...{ database, folder, clock, log, newId: randomUUID, files: new EvidenceFiles(folder) },
    settings: () => ({ ...usualRetention, mostBytes, leastFree: 0 }),
  });
  t.after(async () => {
    await retention.close();
    await database.close();
  });
  for (let hour = 0; hour < 48; hour += 1) {
    const offset = hour >= 24 ? -hourMs : 0;
    for (let n = 0; n < perHour; n += 1) {
      const at = clock.now() + offset + n;
      const severity = n === 0 && hour % 12 === 0 ? 3 : 1;
      const times = { capturedAt: at, startedAt: at, updatedAt: at, endedAt: at };
      await store.record(incident({ id: `${hour}-${n}`, phase: 'end', severity, ...times }), {
        image: jpeg('x'.repeat(bytesEach - 3)),
      });
    }
    clock.advance(hourMs);
    await retention.clear();
    const days = readdirSync(join(folder, 'evidence')).filter((name) => !name.startsWith('.'));
    const files = days.flatMap((day) =>
      readdirSync(join(folder, 'evidence', day)).map((name) => join(folder, 'evidence', day, name)),
    );
    const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
    assert.ok(bytes <= mostBytes, `${bytes} bytes after ${hour} hours`);
  }
  const kept = await database.query
    .selectFrom('incidents')
    .select(({ fn }) => fn.countAll<number>().as('rows'))
    .executeTakeFirstOrThrow();
  assert.equal(kept.rows, 48 * perHour);
  const alarms = await store.list({ limit: 50, minimumSeverity: 3 });
  assert.equal(alarms.filter(({ evidence }) => evidence.length > 0).length, 4);
  assert.deepEqual((await verifyFolder(folder)).first, []);
});
