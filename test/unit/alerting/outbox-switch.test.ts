import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { OutboxSwitch } from '../../../src/alerting/outbox-switch.ts';
import { openDatabase, type Database } from '../../../src/database/database.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';

test('a switch that has stopped leaves nothing behind in the database, which outlasts many deploys', async (t) => {
  const database = await openDatabase(join(temporaryFolder(t), 'sentinel.db'), { log: new RecordingLog() });
  t.after(() => database.close());
  let listening = 0;
  const counted: Database = {
    ...database,
    onReplaced: (listener) => {
      const end = database.onReplaced(listener);
      listening += 1;
      return () => {
        listening -= 1;
        end();
      };
    },
  };
  const clock = new ManualClock();
  const ports = { database: () => Promise.resolve(counted), account: 'account-1', clock, random: () => 0.5 };
  const place = new OutboxSwitch(ports, () => undefined, new Map());
  assert.equal(await place.use((store) => store.nextTime(0)), undefined);
  assert.equal(listening, 1);
  await place.stop();
  assert.equal(listening, 0);
});
