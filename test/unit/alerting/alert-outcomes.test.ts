import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { alertOutcomes } from '../../../src/alerting/alert-outcomes.ts';
import { AlertOutcome } from '../../../src/contracts/alert-outcomes.ts';
import { assertMatches } from '../../../src/contracts/guards.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { outboxRow } from '../database/rows.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';

test('what became of each message is told as it stands, and no number of anybody', async (t) => {
  const database = await openDatabase(join(temporaryFolder(t), 'sentinel.db'), { log: new RecordingLog() });
  t.after(() => database.close());
  const [ann, bob] = ['15550100001', 'host:hooks.example'];
  const error = JSON.stringify({ name: 'ES_CHANNEL_REFUSED', message: `No such number: ${ann}.` });
  const at = { created_at: 1000, updated_at: 2000 };
  await database.query
    .insertInto('outbox')
    .values([
      outboxRow({ ...at, id: '1', recipient: ann, state: 'accepted', attempts: 1, receipt: 'read', start_at: 5 }),
      outboxRow({ ...at, id: '2', recipient: ann, part: 'image', state: 'failed', attempts: 3, error_json: error }),
      outboxRow({ ...at, id: '3', recipient: bob, channel: 'webhook', hold: 'quiet', start_at: 9000 }),
      outboxRow({ ...at, id: '4', recipient: ann, incident_id: 'another' }),
    ])
    .execute();
  const found = await alertOutcomes(database.query, 'incident-1', 10);
  const told = { channel: 'whatsapp', recipient: '***001', updatedAt: 2000 };
  assert.deepEqual(found, [
    { ...told, part: 'text', state: 'accepted', attempts: 1, receipt: 'read' },
    {
      ...{ ...told, part: 'image', state: 'failed', attempts: 3 },
      error: { name: 'ES_CHANNEL_REFUSED', message: 'No such number: ***001.' },
    },
    {
      ...{ channel: 'webhook', recipient: 'hooks.example', part: 'text', state: 'queued', attempts: 0 },
      ...{ startsAt: 9000, hold: 'quiet', updatedAt: 2000 },
    },
  ]);
  for (const outcome of found) assertMatches(AlertOutcome, outcome, 'outcome');
  assert.equal((await alertOutcomes(database.query, 'incident-1', 1)).length, 1);
});
