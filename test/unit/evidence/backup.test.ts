import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDatabase } from '../../../src/database/database.ts';
import { backUp, restore } from '../../../src/evidence/backup.ts';
import { registeredSources } from '../../../src/evidence/register/register-list.ts';
import { sealNow } from '../../../src/evidence/trust/export-bundle.ts';
import { signingKey } from '../../../src/evidence/trust/signing-key.ts';
import { verifyFolder } from '../../../src/evidence/trust/verify-folder.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { StreamStore } from '../../../src/streams/stream-store.ts';
import { incident, jpeg } from './incident.ts';
import { keptFolder } from './kept-folder.ts';

test('a backup of a store in use, made again and put elsewhere, is whole and verifies with the same key', async (t) => {
  const { folder, store } = await keptFolder(t);
  sealNow(folder, signingKey(folder), 1);
  const backup = join(temporaryFolder(t), 'backup');
  assert.deepEqual((await backUp(folder, backup)).missing, []);
  await store.record(incident({ id: 'later' }), { image: jpeg('later') });
  const again = await backUp(folder, backup);
  assert.equal(again.files, 5);
  const other = join(temporaryFolder(t), 'house', 'echosight');
  assert.equal((await restore(backup, other)).files, 5);
  const found = await verifyFolder(other);
  assert.deepEqual(found.first, []);
  assert.deepEqual([found.incidents, found.seals], [4, 1]);
  assert.equal(found.key, (await verifyFolder(folder)).key);
  assert.equal(statSync(join(other, 'evidence-key.pem')).mode & 0o777, 0o600);
});

test('streams come back with their addresses', async (t) => {
  const { folder, database } = await keptFolder(t);
  const clock = new ManualClock();
  const changed = () => undefined;
  const url = 'rtsp://ann:secret@cam/live';
  const store = new StreamStore({ folder, database: () => Promise.resolve(database), clock, changed });
  await store.add({ name: 'door', url }, () => false);
  const [backup, other] = [join(temporaryFolder(t), 'backup'), join(temporaryFolder(t), 'other')];
  await backUp(folder, backup);
  await restore(backup, other);
  const restored = await openDatabase(join(other, 'sentinel.db'), { log: new RecordingLog() });
  t.after(() => restored.close());
  const again = new StreamStore({ folder: other, database: () => Promise.resolve(restored), clock, changed });
  assert.equal((await again.runnable())[0]?.address, url);
  assert.equal(statSync(join(other, 'streams.key')).mode & 0o777, 0o600);
});

test('the register comes back', async (t) => {
  const { folder, database } = await keptFolder(t);
  const seen = { first_seen: 1, last_seen: 2, gone_at: 3 };
  const camera = { site: 'home', name: 'gate', kind: 'camera', node_type: 'rtsp-in', area: 'yard', title: 'Gate' };
  await database.query
    .insertInto('sources')
    .values({ ...camera, ...seen })
    .execute();
  const [backup, other] = [join(temporaryFolder(t), 'backup'), join(temporaryFolder(t), 'other')];
  await backUp(folder, backup);
  await restore(backup, other);
  const restored = await openDatabase(join(other, 'sentinel.db'), { log: new RecordingLog() });
  t.after(() => restored.close());
  assert.deepEqual(await registeredSources(restored.query), await registeredSources(database.query));
  assert.equal((await registeredSources(restored.query))[0]?.goneAt, 3);
});

test('nothing is restored over data, and no damaged backup', async (t) => {
  const { folder } = await keptFolder(t);
  const backup = join(temporaryFolder(t), 'backup');
  await backUp(folder, backup);
  const before = readdirSync(folder).sort();
  await assert.rejects(restore(backup, folder), { name: 'ES_BAD_INPUT', message: /holds data already/ });
  assert.deepEqual(readdirSync(folder).sort(), before);
  writeFileSync(join(backup, 'sentinel.db'), 'no database');
  const other = join(temporaryFolder(t), 'new');
  await assert.rejects(restore(backup, other), { name: 'ES_BAD_INPUT', message: /damaged/ });
  assert.ok(!existsSync(other));
});

test('a file that is gone is told, in the backup and when it is restored; a folder of something else is left alone', async (t) => {
  const { folder } = await keptFolder(t);
  rmSync(join(folder, 'evidence'), { recursive: true });
  const backup = join(temporaryFolder(t), 'backup');
  assert.equal((await backUp(folder, backup)).missing.length, 4);
  const photos = temporaryFolder(t);
  writeFileSync(join(photos, 'holiday.jpg'), '');
  await assert.rejects(backUp(folder, photos), { name: 'ES_BAD_INPUT', message: /something else/ });
});
