import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { incident } from '../unit/alerting/incident.ts';
import { alertDesk, policy } from './alert-desk.ts';

const template = { name: 'echosight_alert', language: 'en' };

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
