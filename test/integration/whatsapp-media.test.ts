import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { incident } from '../unit/alerting/incident.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { alertDesk, jpeg, policy, until, type AlertDesk } from './alert-desk.ts';

async function told(desk: AlertDesk, id: string, picture = jpeg, node = 'node-1'): Promise<void> {
  const before = desk.sandbox.messages.length;
  await desk.alerts.alert(incident({ id, reason: id }), picture, { ...policy, node });
  await until(() => desk.sandbox.messages.length >= before + 2);
  await desk.settled();
}

describe('what was uploaded to WhatsApp', () => {
  test('is uploaded once by its content, for other alerts and other nodes too', async (t) => {
    const desk = await alertDesk(t);
    await desk.alerts.start();
    await told(desk, 'a');
    await told(desk, 'b');
    await told(desk, 'b', jpeg, 'node-2');
    assert.equal(desk.sandbox.uploads, 1);
    await told(desk, 'c', Buffer.concat([jpeg, Buffer.from('other')]));
    assert.equal(desk.sandbox.uploads, 2);
  });

  test('is known after a restart', async (t) => {
    const folder = temporaryFolder(t);
    const desk = await alertDesk(t, {}, { folder });
    await desk.alerts.start();
    await told(desk, 'a');
    await desk.alerts.stop();
    const next = await alertDesk(t, { baseUrl: desk.sandbox.url }, { folder });
    await next.alerts.start();
    await next.alerts.alert(incident({ id: 'b', reason: 'b' }), jpeg, policy);
    await until(() => desk.sandbox.messages.length === 4);
    assert.equal(desk.sandbox.uploads, 1);
  });

  test('is uploaded anew when WhatsApp does not know it any more, and after 25 days', async (t) => {
    const desk = await alertDesk(t);
    await desk.alerts.start();
    await told(desk, 'a');
    desk.sandbox.forgetMedia();
    await told(desk, 'b');
    assert.equal(desk.sandbox.uploads, 2);
    assert.equal(desk.sandbox.messages.at(-1)?.type, 'image');
    assert.deepEqual(desk.errors, []);
    await desk.database.query
      .updateTable('uploaded_media')
      .set({ uploaded_at: desk.clock.now() - 26 * 24 * 3_600_000 })
      .execute();
    await told(desk, 'c');
    assert.equal(desk.sandbox.uploads, 3);
    const kept = await desk.database.query.selectFrom('uploaded_media').selectAll().execute();
    assert.equal(kept.length, 1, 'the old one has gone');
  });

  test('is forgotten where WhatsApp could not process it', async (t) => {
    const desk = await alertDesk(t);
    await desk.alerts.start();
    await told(desk, 'a');
    // The text goes, and what shows the picture is refused once.
    desk.sandbox.onMessage(({ type }) => {
      if (type === 'text') desk.sandbox.fail({ code: 131053 });
    });
    await told(desk, 'b');
    assert.equal(desk.sandbox.uploads, 2);
    assert.deepEqual(desk.errors, []);
  });
});
