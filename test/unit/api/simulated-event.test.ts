import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulateEvent } from '../../../src/api/older/simulated-event.ts';
import type { Incident } from '../../../src/contracts/messages.ts';
import { Site } from '../../../src/site/site.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';

test('an event of a test is sent to those who alert only where that is asked for', async (t) => {
  const site = new Site({ id: 'home', name: 'Home', folder: temporaryFolder(t) }, new RecordingLog());
  t.after(() => site.close());
  const where = { v: 1, kind: 'stream-status', site: 'home', area: 'hall', source: 'door', capturedAt: 1 } as const;
  site.health.source('n', 'camera', { ...where, status: 'connected', detail: '', attempt: 0 });
  const simulate = (alert: boolean) => simulateEvent([site], 'door', { scope: {}, alert });
  await assert.rejects(simulate(true), /No evidence-store node/);
  const sent: Incident[] = [];
  site.simulated.add(({ payload }) => sent.push(payload));
  const quiet = await simulate(false);
  assert.equal(sent.length, 0);
  const told = await simulate(true);
  assert.deepEqual(
    sent.map(({ id, phase, severity, endedAt }) => [id, phase, severity, endedAt === undefined]),
    [
      [told, 'start', 2, true],
      [told, 'end', 2, false],
    ],
  );
  assert.match(sent[0]?.explanation.join() ?? '', /This is a test/);
  const store = await site.evidence();
  assert.deepEqual(
    [(await store.summary(quiet, 'listed'))?.severity, (await store.summary(told, 'listed'))?.severity],
    [1, 2],
  );
});
