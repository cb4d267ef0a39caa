import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { toldAlerts } from '../../../src/alerting/told-alerts.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { outboxRow } from '../database/rows.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';

test('the alerts of an incident are told by channel and stage: how many people, never who', async (t) => {
  const database = await openDatabase(join(temporaryFolder(t), 'sentinel.db'), { log: new RecordingLog() });
  t.after(() => database.close());
  const row = (id: string, recipient: string, more: Parameters<typeof outboxRow>[0]) =>
    outboxRow({ id, recipient, ...more });
  await database.query
    .insertInto('outbox')
    .values([
      row('1', 'ann', { state: 'accepted', accepted_at: 2000, updated_at: 9000 }),
      row('2', 'bob', { state: 'accepted', accepted_at: 2500, updated_at: 2500 }),
      row('3', 'ann', { state: 'accepted', part: 'image', accepted_at: 2600 }),
      row('4', 'cid', { state: 'failed', updated_at: 4000 }),
      row('5', 'ann', { state: 'cancelled', sequence: 1, updated_at: 8000, channel: 'sms' }),
      row('6', 'ann', { state: 'accepted', incident_id: 'another', accepted_at: 1 }),
    ])
    .execute();
  const told = { channel: 'whatsapp', severity: 3, escalation: false };
  assert.deepEqual(await toldAlerts(database.query, 'incident-1', 10), [
    { ...told, at: 2000, state: 'sent', people: 2 },
    { ...told, at: 4000, state: 'failed', people: 1 },
    { ...told, at: 8000, state: 'needless', people: 1, channel: 'sms', escalation: true },
  ]);
  assert.equal((await toldAlerts(database.query, 'incident-1', 1)).length, 1);
  assert.deepEqual(await toldAlerts(database.query, 'unknown', 10), []);
});
