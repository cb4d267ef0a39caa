import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SandboxMessage } from '../../scripts/demo/whatsapp-sandbox.ts';
import type { ReceiptStatus } from '../../src/alerting/receipts.ts';
import { incident } from '../unit/alerting/incident.ts';
import { alertDesk, jpeg, policy, until, type AlertDesk } from './alert-desk.ts';

const delivered = 'alerts_delivered_ok_total';

/** Hands in receipts of a message, in this order. */
async function receive(desk: AlertDesk, message: SandboxMessage, ...statuses: ReceiptStatus[]): Promise<void> {
  const { id, tag = '' } = message;
  for (const status of statuses) assert.equal(await desk.alerts.receive({ id, tag, status }), true);
}

async function arrived(desk: AlertDesk, count = 1): Promise<SandboxMessage> {
  await until(() => desk.sandbox.messages.length >= count);
  const message = desk.sandbox.messages.at(-1);
  assert.ok(message);
  return message;
}

describe('receipts of WhatsApp alerts', () => {
  test('read, sent, delivered in that order end at read; delivery counts once', async (t) => {
    const desk = await alertDesk(t, {}, { receipts: true });
    await desk.alerts.start();
    await desk.alerts.alert(incident(), undefined, policy);
    await desk.settled();
    assert.ok(!desk.counted.includes(delivered), 'accepted is not delivered');
    await receive(desk, await arrived(desk), 'read', 'sent', 'delivered', 'read');
    assert.deepEqual(desk.statuses('text'), ['queued', 'accepted', 'read']);
    assert.equal(desk.counted.filter((name) => name === delivered).length, 1);
    const [row] = await desk.rows();
    assert.deepEqual([row?.state, row?.receipt], ['accepted', 'read']);
    assert.equal(await desk.alerts.receive({ id: 'wamid.unknown', tag: 'nothing', status: 'read' }), false);
  });

  test('a receipt of what nobody answered for is an answer: no second message, and the picture follows', async (t) => {
    const desk = await alertDesk(t, {}, { receipts: true });
    desk.sandbox.fail({ answer: 'cut', arrived: true });
    await desk.alerts.start();
    await desk.alerts.alert(incident(), jpeg, policy);
    const text = await arrived(desk);
    await until(async () => (await desk.rows()).some(({ state }) => state === 'unknown'));
    await receive(desk, text, 'sent');
    await desk.settled();
    const picture = await arrived(desk, 2);
    assert.deepEqual(
      desk.sandbox.messages.map(({ type }) => type),
      ['text', 'image'],
    );
    assert.equal(picture.replyTo, text.id, 'the id that the receipt brought');
    assert.deepEqual(desk.statuses('text'), ['queued', 'sent']);
    assert.ok((await desk.rows()).every(({ maybe_duplicate: twice }) => twice === 0));
    const { length } = desk.counted.filter((name) => name === 'alerts_accepted_total');
    assert.equal(length, 2);
  });

  test('so it is while the answer is still waited for', async (t) => {
    const desk = await alertDesk(t, {}, { receipts: true, factor: 20 });
    desk.sandbox.fail({ answer: 'none', arrived: true });
    await desk.alerts.start();
    await desk.alerts.alert(incident(), undefined, policy);
    await receive(desk, await arrived(desk), 'delivered');
    const from = desk.clock.monotonic();
    await until(() => desk.clock.monotonic() - from > 20_000);
    assert.equal(desk.sandbox.messages.length, 1);
    assert.deepEqual(desk.statuses('text'), ['queued', 'delivered']);
    const [row] = await desk.rows();
    assert.deepEqual([row?.state, row?.receipt, row?.attempts], ['accepted', 'delivered', 1]);
  });

  test('without one it is sent once more after 5 s, and marked; a lesser alert after 20 s', async (t) => {
    for (const [severity, seconds] of [
      [3, 5],
      [2, 20],
    ] as const) {
      const desk = await alertDesk(t, {}, { receipts: true });
      desk.sandbox.fail({ answer: 'cut', arrived: true });
      await desk.alerts.start();
      await desk.alerts.alert(incident({ severity }), undefined, policy);
      await arrived(desk);
      const from = desk.clock.monotonic();
      await desk.settled();
      assert.ok(desk.clock.monotonic() - from >= (seconds - 1) * 1000, `severity ${severity}`);
      assert.equal(desk.sandbox.messages.length, 2);
      const [row] = await desk.rows();
      assert.deepEqual([row?.maybe_duplicate, row?.attempts], [1, 2]);
      assert.ok(desk.counted.includes('alerts_maybe_duplicate_total'));
    }
  });

  test('failed says so by name, and delivered after it takes that back', async (t) => {
    const desk = await alertDesk(t, {}, { receipts: true });
    await desk.alerts.start();
    await desk.alerts.alert(incident(), undefined, policy);
    await desk.settled();
    const { id, tag = '' } = await arrived(desk);
    await desk.alerts.receive({ id, tag, status: 'failed', error: { code: 131026, message: 'undeliverable' } });
    assert.deepEqual(
      desk.errors.map(({ name }) => name),
      ['ES_CHANNEL_RECIPIENT'],
    );
    assert.deepEqual(desk.statuses('text'), ['queued', 'accepted', 'failed']);
    await desk.alerts.receive({ id, tag, status: 'delivered' });
    assert.deepEqual(desk.statuses('text').at(-1), 'delivered');
    assert.equal((await desk.rows())[0]?.state, 'accepted');
  });

  test('a failure that passes is tried again, a few times', async (t) => {
    const desk = await alertDesk(t, {}, { receipts: true });
    await desk.alerts.start();
    await desk.alerts.alert(incident(), undefined, policy);
    for (let count = 1; count <= 4; count += 1) {
      const { id, tag = '' } = await arrived(desk, count);
      await desk.settled();
      await desk.alerts.receive({ id, tag, status: 'failed', error: { code: 131000, message: 'something' } });
    }
    await desk.settled();
    assert.deepEqual(desk.statuses('text').at(-1), 'failed');
    assert.equal(desk.sandbox.messages.length, 4);
  });
});
