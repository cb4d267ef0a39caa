import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Incident } from '../../../src/contracts/messages.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { EvidenceFiles } from '../../../src/evidence/evidence-files.ts';
import { EvidenceStore } from '../../../src/evidence/evidence-store.ts';
import type { RetentionSettings } from '../../../src/evidence/retention/retention-settings.ts';
import { Retention, type Cleared } from '../../../src/evidence/retention/retention.ts';
import { verifyFolder } from '../../../src/evidence/trust/verify-folder.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { incident, jpeg } from './incident.ts';

const day = 86_400_000;
const never: RetentionSettings = {
  ...{ keepDays: 0, keepCriticalDays: 0, keepFalseAlarmDays: 0 },
  ...{ mostBytes: 0, leastFree: 0 },
};

async function house(t: TestContext, settings: Partial<RetentionSettings>, free = Infinity, passing = 0) {
  const folder = temporaryFolder(t);
  const log = new RecordingLog();
  const database = await openDatabase(join(folder, 'sentinel.db'), { log });
  const clock = new ManualClock();
  const metrics = { count: () => undefined, observe: () => undefined };
  const store = new EvidenceStore({ database, folder, clock, log, metrics, newId: randomUUID });
  const tooMuch: number[] = [];
  const cleared: Cleared[] = [];
  const retention = new Retention({
    ...{ database, folder, clock, log, newId: randomUUID, files: new EvidenceFiles(folder) },
    settings: () => ({ ...never, ...settings }),
    free: () => Promise.resolve(free),
    passing: () => passing,
    onState: (bytes) => tooMuch.push(bytes),
    onCleared: (what) => cleared.push(what),
  });
  t.after(async () => {
    await retention.close();
    await database.close();
  });
  async function keep(id: string, daysAgo: number, fields: Partial<Incident> = {}, bytes = 1000): Promise<void> {
    const at = clock.now() - daysAgo * day;
    const times = { capturedAt: at, startedAt: at, updatedAt: at, endedAt: at };
    await store.record(incident({ id, ...times, phase: 'end', severity: 2, ...fields }), {
      image: jpeg('x'.repeat(bytes - 3)),
    });
  }
  const kept = async (): Promise<string[]> => (await store.list({ limit: 50 })).map(({ id }) => id);
  const withFiles = async (): Promise<string[]> =>
    (await store.list({ limit: 50 })).filter(({ evidence }) => evidence.length > 0).map(({ id }) => id);
  return { folder, database, clock, store, retention, keep, kept, withFiles, tooMuch, cleared, log };
}

test('what has reached its age goes, by class, with its files; the chain knows of it and still holds', async (t) => {
  const { folder, store, retention, keep, kept, cleared } = await house(t, {
    ...{ keepDays: 30, keepCriticalDays: 100, keepFalseAlarmDays: 7 },
  });
  await keep('old', 31);
  await keep('young', 29);
  await keep('nothing', 8);
  await keep('shot', 99, { severity: 3 });
  await keep('old shot', 101, { severity: 3 });
  for (const id of ['shot', 'old shot']) await store.review(id, { action: 'confirm' }, 'anna');
  await store.review('nothing', { action: 'false-positive' }, 'anna');
  const planned = await retention.plan();
  assert.deepEqual(await kept(), ['nothing', 'young', 'old', 'shot', 'old shot'], 'a plan changes nothing');
  assert.deepEqual(
    planned.due.map(({ incidentId, what }) => `${incidentId} ${what}`),
    ['nothing incident', 'old incident', 'old shot incident'],
  );
  const { due, ...sums } = planned;
  assert.equal(due.length, 3);
  assert.deepEqual(await retention.clear(), sums);
  assert.deepEqual(await kept(), ['young', 'shot']);
  assert.deepEqual(await retention.clear(), { incidents: 0, files: 0, bytes: 0, tooMuch: 0 });
  assert.deepEqual(cleared, [sums], 'told once: a run that deletes nothing is no news');
  const found = await verifyFolder(folder);
  assert.deepEqual(found.first, []);
  assert.equal(found.files, 2);
  const days = readdirSync(join(folder, 'evidence')).filter((name) => !name.startsWith('.'));
  assert.equal(days.flatMap((name) => readdirSync(join(folder, 'evidence', name))).length, 2);
  assert.deepEqual(await store.list({ limit: 50, area: 'shop', text: 'glass' }), await store.list({ limit: 50 }));
});

test('what is held, what goes on, and severity 3 that nobody has reviewed stays, however old and however full', async (t) => {
  const { store, retention, keep, withFiles, tooMuch } = await house(t, {
    ...{ keepDays: 1, keepCriticalDays: 1, keepFalseAlarmDays: 1, mostBytes: 10 },
  });
  await keep('held', 50);
  await store.review('held', { action: 'hold' }, 'anna');
  await keep('unreviewed', 50, { severity: 3 });
  await store.record(incident({ id: 'open', severity: 1, startedAt: 1000 }), { image: jpeg('open') });
  const { incidents, tooMuch: left } = await retention.clear();
  assert.equal(incidents, 0);
  assert.ok(left > 1900);
  assert.deepEqual(tooMuch, [left]);
  assert.deepEqual((await withFiles()).sort(), ['held', 'open', 'unreviewed']);
  await store.review('held', { action: 'release' }, 'anna');
  await store.review('unreviewed', { action: 'acknowledge' }, 'anna');
  await retention.clear();
  assert.deepEqual(await withFiles(), ['open']);
});

test('room is made by files: of false alarms first, then of the oldest; their incidents stay', async (t) => {
  const { folder, store, retention, keep, kept, withFiles } = await house(t, { mostBytes: 3500 });
  await keep('a', 5);
  await keep('b', 4);
  await keep('c', 3);
  await keep('d', 2);
  await store.review('c', { action: 'dismiss' }, 'anna');
  const { incidents, bytes } = await retention.clear();
  assert.deepEqual([incidents, bytes], [1, 1000]);
  assert.deepEqual(await withFiles(), ['d', 'b', 'a']);
  assert.deepEqual(await kept(), ['d', 'c', 'b', 'a']);
  await keep('e', 1);
  await retention.clear();
  assert.deepEqual(await withFiles(), ['e', 'd', 'b']);
  assert.deepEqual((await verifyFolder(folder)).first, []);
});

test('no evidence goes to make room for a bundle that somebody fetches', async (t) => {
  const { retention, keep, kept } = await house(t, { leastFree: 5000 }, 4000, 1000);
  await keep('only', 1);
  const { incidents, tooMuch } = await retention.clear();
  assert.deepEqual([incidents, tooMuch, await kept()], [0, 0, ['only']]);
});

test('a disk that fills up counts as too much', async (t) => {
  const { retention, keep, withFiles, clock } = await house(t, { leastFree: 10_000 }, 9_000);
  assert.equal(retention.found, undefined, 'nobody has looked');
  await keep('a', 5);
  await keep('b', 4);
  await keep('c', 3);
  const { bytes } = await retention.clear();
  assert.equal(bytes, 2000, 'a twentieth more than what is missing');
  assert.deepEqual(retention.found, { bytes: 1000, free: 11_000, at: clock.now() });
  assert.deepEqual(await withFiles(), ['c']);
});

test('a file that somebody deleted is said to be missing, one that a crash left is deleted', async (t) => {
  const { folder, store, database, retention, keep } = await house(t, { keepDays: 30 });
  await keep('old', 31);
  await keep('young', 1);
  const files = await database.query.selectFrom('media').select(['file', 'incident_id']).execute();
  const fileOf = (id: string): string => join(folder, files.find((row) => row.incident_id === id)?.file ?? '');
  await retention.clear();
  writeFileSync(fileOf('old'), 'as if it had never been deleted');
  const away = readFileSync(fileOf('young'));
  rmSync(fileOf('young'));
  await retention.lookAfterFiles();
  assert.ok(!existsSync(fileOf('old')));
  assert.equal((await store.incident('young'))?.evidence?.[0]?.missing, true);
  assert.equal((await store.list({ limit: 1 }))[0]?.evidence[0]?.missing, true);
  writeFileSync(fileOf('young'), away);
  await retention.lookAfterFiles();
  assert.equal((await store.list({ limit: 1 }))[0]?.evidence[0]?.missing, undefined);
  assert.deepEqual((await verifyFolder(folder)).first, []);
});

test('it runs by the clock, tells what it deleted, and ends when it is closed', async (t) => {
  const { clock, retention, keep, kept, log, folder } = await house(t, { keepDays: 1 });
  await keep('a', 5);
  clock.advance(120_000);
  while ((await kept()).length > 0) await new Promise((resolve) => setImmediate(resolve));
  await retention.close();
  assert.ok(log.lines.some((line) => line.includes('Deleted the evidence of 1 incidents')));
  assert.ok(existsSync(join(folder, 'sentinel.db')));
  assert.equal(clock.waiting, 0);
});
