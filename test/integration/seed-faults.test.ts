import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { incident } from '../unit/alerting/incident.ts';
import { alertDesk, policy } from './alert-desk.ts';

/** Known faults of earlier systems; the ids are those of docs/parity.md. */
describe('alerts do not repeat what went wrong before', () => {
  test('an alert that was refused spends no cooldown, and stays on record with its reason (ESF7, ESF20)', async (t) => {
    const desk = await alertDesk(t);
    await desk.alerts.start();
    desk.sandbox.fail({ code: 131047 });
    assert.ok((await desk.alerts.alert(incident({ id: 'a' }), undefined, policy)).send);
    await desk.settled();
    const [row] = await desk.rows();
    assert.equal(row?.state, 'failed');
    assert.match(row.error_json ?? '', /ES_CHANNEL_/);
    assert.equal(desk.sandbox.messages.length, 0);

    assert.ok((await desk.alerts.alert(incident({ id: 'b' }), undefined, policy)).send, 'the next one goes out');
    await desk.settled();
    assert.equal(desk.sandbox.messages.length, 1);
    assert.ok(!(await desk.alerts.alert(incident({ id: 'c' }), undefined, policy)).send, 'only now it is quiet');
  });

  test('two causes that alternate are told once each, and one area does not mute another (ESF5)', async (t) => {
    const desk = await alertDesk(t, {}, { factor: 1 });
    await desk.alerts.start();
    const told: string[] = [];
    for (const [id, area, reason] of [
      ...(['1', '2', '3', '4'] as const).map((n) => [n, 'shop', Number(n) % 2 === 1 ? 'glass_break' : 'gunshot']),
      ['5', 'yard', 'glass_break'],
    ] as const) {
      const { send } = await desk.alerts.alert(incident({ id, area, reason, severity: 2 }), undefined, policy);
      if (send) told.push(`${area} ${reason}`);
      await desk.settled();
    }
    assert.deepEqual(told, ['shop glass_break', 'shop gunshot', 'yard glass_break']);
  });

  test('a sender counts acceptances as such: no delivery is claimed (ESF19)', async (t) => {
    const desk = await alertDesk(t);
    await desk.alerts.start();
    await desk.alerts.alert(incident(), undefined, policy);
    await desk.settled();
    assert.deepEqual(
      desk.counted.filter((name) => name.startsWith('alerts_')),
      ['alerts_accepted_total'],
    );
    assert.deepEqual(
      desk.statuses('text').filter((status) => status !== 'queued'),
      ['accepted'],
    );
  });
});
