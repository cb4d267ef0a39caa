import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { incident } from '../unit/alerting/incident.ts';
import type { MessageWindows } from '../../src/alerting/alert-channel.ts';
import type { MessageWindow } from '../../src/alerting/conversations.ts';
import { alertDesk, jpeg, policy, until } from './alert-desk.ts';

const template = { name: 'echosight_alert', language: 'en' };

/** What is known of who wrote when, as the test says. */
class FakeWindows implements MessageWindows {
  readonly closed: string[] = [];
  now: MessageWindow;

  constructor(now: MessageWindow) {
    this.now = now;
  }

  of(): Promise<MessageWindow> {
    return Promise.resolve(this.now);
  }

  close(recipient: string): Promise<void> {
    this.closed.push(recipient);
    this.now = 'closed';
    return Promise.resolve();
  }

  listens(): boolean {
    return true;
  }
}

describe('a message template', () => {
  test('carries the same alert where free text is refused for the closed window, once', async (t) => {
    const desk = await alertDesk(t, { template });
    desk.sandbox.fail({ code: 131047 });
    await desk.alerts.start();
    const lines = { ...policy, template: '{label}\n\n({incidentId})' };
    await desk.alerts.alert(incident(), undefined, lines);
    await desk.settled();
    const [message, ...others] = desk.sandbox.messages;
    assert.deepEqual(others, []);
    assert.equal(message?.type, 'template');
    assert.equal(message.text, 'Security alert: Person and breaking glass (incident-1) Please check.');
    assert.equal(message.tag, (await desk.rows())[0]?.id);
    assert.deepEqual(desk.statuses('text'), ['queued', 'accepted']);
    assert.deepEqual(desk.errors, []);
  });

  test('goes at once to who has not written for a day, and pictures wait until that person writes', async (t) => {
    const windows = new FakeWindows('closed');
    const desk = await alertDesk(t, { template }, { receipts: true, windows });
    await desk.alerts.start();
    await desk.alerts.alert(incident(), jpeg, policy);
    await until(async () => (await desk.rows()).some(({ form }) => form === 'held'));
    assert.deepEqual(
      desk.sandbox.messages.map(({ type }) => type),
      ['template'],
      'one call, for the template',
    );
    const [text] = await desk.rows();
    assert.deepEqual([text?.state, text?.form, text?.attempts], ['accepted', 'template-1', 1]);
    windows.now = 'open';
    await desk.alerts.release('491701234567');
    await desk.settled();
    assert.deepEqual(
      desk.sandbox.messages.map(({ type }) => type),
      ['template', 'image'],
    );
    assert.equal(desk.sandbox.messages[1]?.replyTo, desk.sandbox.messages[0]?.id);
    assert.deepEqual(desk.errors, []);
  });

  test('what waits for a person who never writes is left out in the end, without an error', async (t) => {
    const desk = await alertDesk(t, { template }, { receipts: true, windows: new FakeWindows('closed'), factor: 500 });
    await desk.alerts.start();
    await desk.alerts.alert(incident({ severity: 1 }), jpeg, policy);
    await until(() => desk.statuses('image').length === 2);
    assert.deepEqual(desk.statuses('image'), ['queued', 'cancelled']);
    assert.deepEqual(desk.errors, []);
    assert.equal(desk.deliveries.at(-1)?.because, 'It could only have been sent if the person had written.');
  });

  test('replaces a free text that was taken and then failed for the closed window, exactly once', async (t) => {
    const windows = new FakeWindows('open');
    const desk = await alertDesk(t, { template }, { receipts: true, windows });
    await desk.alerts.start();
    await desk.alerts.alert(incident(), undefined, policy);
    await desk.settled();
    const [text] = desk.sandbox.messages;
    assert.equal(text?.type, 'text');
    const failed = { ...{ id: text.id, tag: text.tag ?? '' }, status: 'failed' } as const;
    const error = { code: 131047, message: 'Re-engagement message' };
    // At least once, and in any order: what follows is said of the first message.
    await desk.alerts.receive({ ...failed, error });
    await desk.alerts.receive({ ...failed, status: 'sent' });
    await desk.alerts.receive({ ...failed, error });
    await until(() => desk.sandbox.messages.length === 2);
    await desk.settled();
    await desk.alerts.receive({ ...failed, error });
    await desk.alerts.receive({ ...failed, status: 'sent' });
    const [, message] = desk.sandbox.messages;
    assert.equal(message?.type, 'template');
    const [row] = await desk.rows();
    assert.deepEqual([row?.state, row?.form, row?.provider_id], ['accepted', 'template-1', message.id]);
    assert.deepEqual(windows.closed, ['491701234567']);
    assert.deepEqual(
      desk.statuses('text').filter((status) => status === 'failed'),
      [],
    );

    await desk.alerts.receive({ ...failed, id: message.id, error });
    assert.deepEqual(desk.statuses('text').at(-1), 'failed', 'a template is not sent as a template again');
    assert.equal(desk.sandbox.messages.length, 2);
  });

  test('a failure that is told before the answer has come is followed by the template too', async (t) => {
    const desk = await alertDesk(t, { template }, { receipts: true, latencyMs: 300, factor: 1 });
    desk.sandbox.onMessage(({ id, tag = '', type }) => {
      const error = { code: 131047, message: 'Re-engagement message' };
      if (type === 'text') void desk.alerts.receive({ id, tag, status: 'failed', error });
    });
    await desk.alerts.start();
    await desk.alerts.alert(incident(), undefined, policy);
    await until(() => desk.sandbox.messages.length === 2);
    await desk.settled();
    const [row] = await desk.rows();
    assert.deepEqual([row?.state, row?.provider_id], ['accepted', desk.sandbox.messages[1]?.id]);
    assert.equal(desk.sandbox.messages[1]?.type, 'template');
  });

  test('is not used while free text is taken', async (t) => {
    const desk = await alertDesk(t, { template });
    await desk.alerts.start();
    await desk.alerts.alert(incident(), undefined, policy);
    await desk.settled();
    assert.deepEqual(
      desk.sandbox.messages.map(({ type }) => type),
      ['text'],
    );
  });

  test('that does not exist fails the alert by name', async (t) => {
    const desk = await alertDesk(t, { template: { name: 'no_such', language: 'en' } });
    desk.sandbox.fail({ code: 131047 });
    await desk.alerts.start();
    await desk.alerts.alert(incident(), undefined, policy);
    await desk.settled();
    assert.deepEqual(desk.statuses('text'), ['queued', 'failed']);
    assert.match(desk.errors[0]?.message ?? '', /template is missing/);
  });
});
