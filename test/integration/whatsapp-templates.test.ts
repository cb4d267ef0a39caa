import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { incident } from '../unit/alerting/incident.ts';
import type { MessageWindows } from '../../src/alerting/alert-channel.ts';
import type { MessageTemplate } from '../../src/alerting/channels/whatsapp/message-template.ts';
import type { MessageWindow } from '../../src/alerting/conversations.ts';
import { alertDesk, jpeg, policy, until, type AlertDesk } from './alert-desk.ts';

const whole = { languages: ['en'], parameters: ['{text}'], header: false, buttons: false };
const templates = [{ ...whole, name: 'echosight_alert' }];

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
    const desk = await alertDesk(t, { templates });
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
    const desk = await alertDesk(t, { templates }, { receipts: true, windows });
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
    const desk = await alertDesk(t, { templates }, { receipts: true, windows: new FakeWindows('closed'), factor: 500 });
    await desk.alerts.start();
    await desk.alerts.alert(incident({ severity: 1 }), jpeg, policy);
    await until(() => desk.statuses('image').length === 2);
    assert.deepEqual(desk.statuses('image'), ['queued', 'cancelled']);
    assert.deepEqual(desk.errors, []);
    assert.equal(desk.deliveries.at(-1)?.because, 'It could only have been sent if the person had written.');
  });

  test('replaces a free text that was taken and then failed for the closed window, exactly once', async (t) => {
    const windows = new FakeWindows('open');
    const desk = await alertDesk(t, { templates }, { receipts: true, windows });
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
    const desk = await alertDesk(t, { templates }, { receipts: true, latencyMs: 300, factor: 1 });
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

  test('goes to whoever has not written, and free text to whoever has, as WhatsApp itself says', async (t) => {
    const desk = await alertDesk(t, { templates });
    desk.sandbox.enforceWindow('refuse');
    await desk.alerts.start();
    await desk.alerts.alert(incident(), undefined, policy);
    await desk.settled();
    desk.sandbox.write('491701234567', 'who is there?');
    await desk.alerts.alert(incident({ id: '2', reason: 'other' }), undefined, policy);
    await desk.settled();
    desk.sandbox.closeWindow();
    await desk.alerts.alert(incident({ id: '3', reason: 'third' }), undefined, policy);
    await desk.settled();
    assert.deepEqual(
      desk.sandbox.messages.map(({ type }) => type),
      ['template', 'text', 'template'],
    );
    assert.deepEqual(desk.errors, []);
  });

  test('is not used while free text is taken', async (t) => {
    const desk = await alertDesk(t, { templates });
    await desk.alerts.start();
    await desk.alerts.alert(incident(), undefined, policy);
    await desk.settled();
    assert.deepEqual(
      desk.sandbox.messages.map(({ type }) => type),
      ['text'],
    );
  });

  test('that does not exist fails the alert by name', async (t) => {
    const desk = await alertDesk(t, { templates: [{ ...whole, name: 'no_such' }] });
    desk.sandbox.fail({ code: 131047 });
    await desk.alerts.start();
    await desk.alerts.alert(incident(), undefined, policy);
    await desk.settled();
    assert.deepEqual(desk.statuses('text'), ['queued', 'failed']);
    assert.match(desk.errors[0]?.message ?? '', /template is missing/);
  });
});

/** As the sandbox has it approved. */
const details = {
  languages: ['en', 'de'],
  parameters: ['{siteName}', '{sources}', '{time}', '{label}, {reason}'],
  buttons: true,
};
const withPicture = { ...details, name: 'security_alert', header: true };
const plain = { ...details, name: 'security_alert_text', header: false };
const place = () => ({ siteName: 'Kiosk', timeZone: 'Europe/Berlin' });
const buttons = () =>
  Promise.resolve(['Acknowledge', 'Talk', 'Dismiss'].map((title) => ({ id: `token-${title}`, title })));

/** A desk where nobody has written for a day. */
async function silentDesk(t: TestContext, ...used: MessageTemplate[]): Promise<AlertDesk> {
  const options = { receipts: true, windows: new FakeWindows('closed'), place, buttons };
  const desk = await alertDesk(t, { templates: used }, options);
  await desk.alerts.start();
  return desk;
}

describe('a template with picture, details and buttons', () => {
  test('shows the picture at its head, what happened in its places, and our words behind its buttons', async (t) => {
    const desk = await silentDesk(t, withPicture, plain);
    await desk.alerts.alert(incident({ startedAt: Date.UTC(2026, 10, 21, 1, 14) }), jpeg, policy);
    await desk.settled();
    const [message, ...others] = desk.sandbox.messages;
    assert.deepEqual(others, [], 'the picture is in it: no message of its own');
    assert.equal(message?.type, 'template');
    assert.equal(
      message.text,
      'Alarm at Kiosk, camera front, yard, 2026-11-21 02:14:00: Person and breaking glass, person+glass_break. Please check.',
    );
    assert.ok(message.mediaId !== undefined);
    assert.deepEqual(
      message.replies?.map(({ id }) => id),
      ['token-Acknowledge', 'token-Talk', 'token-Dismiss'],
    );
    assert.deepEqual(desk.statuses('image'), ['queued', 'cancelled']);
    assert.deepEqual(desk.errors, []);
  });

  for (const [status, code] of [
    ['PAUSED', 132015],
    ['DISABLED', 132016],
    ['REJECTED', 132001],
  ] as const) {
    test(`that is ${status} gives way to the second one, and is not tried again for an hour`, async (t) => {
      const desk = await silentDesk(t, withPicture, plain);
      desk.sandbox.template('security_alert', status);
      await desk.alerts.alert(incident(), undefined, policy);
      await desk.settled();
      const attempts = async () => (await desk.rows()).filter(({ part }) => part === 'text').map((row) => row.attempts);
      assert.deepEqual(
        desk.sandbox.messages.map(({ type }) => type),
        ['template'],
      );
      assert.deepEqual(await attempts(), [1], 'without a picture it is the second one at once');
      await desk.alerts.alert(incident({ id: '2', reason: 'other' }), jpeg, policy);
      await until(() => desk.sandbox.messages.length === 2);
      await until(async () => (await desk.rows()).some(({ form }) => form === 'held'));
      assert.deepEqual((await attempts()).sort(), [1, 2], `refused with ${code}, then changed`);
      await desk.alerts.alert(incident({ id: '3', reason: 'third' }), jpeg, policy);
      await until(() => desk.sandbox.messages.length === 3);
      await until(async () => (await desk.rows()).every(({ part, state }) => part !== 'text' || state === 'accepted'));
      assert.deepEqual((await attempts()).sort(), [1, 1, 2], 'known now');
      assert.deepEqual(desk.errors, []);
    });
  }

  test('whose placeholders have names goes with them; without them the next one goes, which has words of its own', async (t) => {
    const named = { languages: ['en', 'de'], header: false, buttons: false, name: 'security_alert_named' };
    const places = { parameters: ['{label}, {reason}', '{siteName}'], names: ['what', 'site'] };
    const desk = await silentDesk(t, { ...named, ...places }, { ...whole, name: 'echosight_alert' });
    await desk.alerts.alert(incident(), undefined, policy);
    await desk.settled();
    assert.equal(
      desk.sandbox.messages[0]?.text,
      'Alarm at Kiosk: Person and breaking glass, person+glass_break. Please check.',
    );
    const nameless = { ...named, parameters: ['{siteName}', '{label}'] };
    const other = await silentDesk(t, nameless, { ...whole, name: 'echosight_alert' });
    await other.alerts.alert(incident(), undefined, policy);
    await other.settled();
    assert.match(other.sandbox.messages[0]?.text ?? '', /^Security alert: /);
    const [row] = await other.rows();
    assert.deepEqual([row?.state, row?.form, row?.attempts], ['accepted', 'template-2', 2]);
    assert.deepEqual(other.errors, []);
  });

  test('goes without a picture where that cannot be uploaded, and never waits long for it', async (t) => {
    const desk = await silentDesk(t, withPicture, plain);
    desk.sandbox.fail({ on: 'media', code: 131053 });
    await desk.alerts.alert(incident(), jpeg, policy);
    await until(() => desk.sandbox.messages.length === 1);
    assert.equal(desk.sandbox.messages[0]?.mediaId, undefined);
    desk.sandbox.fail({ on: 'media', answer: 'none', arrived: false });
    const from = desk.clock.monotonic();
    await desk.alerts.alert(incident({ id: '2', reason: 'other' }), jpeg, policy);
    await until(() => desk.sandbox.messages.length === 2);
    assert.ok(desk.clock.monotonic() - from < 25_000, 'not the 30 s of an upload');
    assert.equal(desk.sandbox.messages[1]?.mediaId, undefined);
    assert.deepEqual(desk.errors, []);
  });

  test('without a second one it shows a picture that says nothing where there is none', async (t) => {
    const desk = await silentDesk(t, withPicture);
    await desk.alerts.alert(incident(), undefined, policy);
    await desk.settled();
    assert.equal(desk.sandbox.messages.length, 1);
    assert.ok(desk.sandbox.messages[0]?.mediaId !== undefined);
  });

  test('whose parameters do not fit is followed by the next one; where none is left it fails by name', async (t) => {
    const desk = await silentDesk(t, { ...plain, parameters: ['{siteName}'] }, plain);
    await desk.alerts.alert(incident(), undefined, policy);
    await desk.settled();
    const [row] = await desk.rows();
    assert.deepEqual([row?.state, row?.form, row?.attempts], ['accepted', 'template-2', 2]);
    desk.sandbox.template('security_alert_text', 'DISABLED');
    await desk.alerts.alert(incident({ id: '2', reason: 'other' }), undefined, policy);
    await until(() => desk.errors.length > 0);
    assert.equal(desk.errors[0]?.name, 'ES_CHANNEL_MESSAGE');
  });
});
