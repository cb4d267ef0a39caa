import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SiteDesk } from '../../../src/site/house-desk.ts';
import { Site } from '../../../src/site/site.ts';
import { incident } from '../evidence/incident.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';

test('what flows do, and people by message, is written down as what routes do', async (t) => {
  const site = new Site({ id: 'home', name: 'Home', folder: temporaryFolder(t) }, new RecordingLog());
  t.after(() => site.close());
  await (await site.evidence()).record(incident({ id: 'one' }), {});
  const desk = new SiteDesk(site, () => undefined);
  await site.arming.set({ mode: 'home' }, { by: 'flow', how: 'flow' });
  // A route writes down itself who it was.
  await site.arming.set({ mode: 'away' }, { by: 'ann', how: 'api' });
  await desk.arm('disarmed', '***567');
  await desk.review('one', 'acknowledge', '***567');
  // It stands already: nothing was done.
  await desk.review('one', 'acknowledge', '***568');
  await desk.snooze(30, '', '***567');
  site.noteReview('one', 'hold', { by: 'flow', how: 'flow' });
  const { entries } = await site.access.audit.page(20);
  assert.deepEqual(
    entries.map(({ by, how, action, subject }) => `${by} (${how}): ${action} ${subject ?? ''}`).reverse(),
    [
      'flow (flow): arming home',
      '***567 (message): arming disarmed',
      '***567 (message): review one',
      '***567 (message): snooze 30 min',
      'flow (flow): evidence.hold one',
    ],
  );
});
