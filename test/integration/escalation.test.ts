import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AlertSchedule } from '../../src/alerting/schedule.ts';
import { incident } from '../unit/alerting/incident.ts';
import { incidentRow } from '../unit/database/rows.ts';
import { until } from './alert-desk.ts';
import { ChannelHouse as House } from './channel-house.ts';

const template = {
  minimumSeverity: 1,
  cooldownSeconds: 60,
  template: '{label}',
  sendSnapshot: false,
  siteName: 'Kiosk',
};

const policy = (node: string, schedule?: Partial<AlertSchedule>) => ({
  ...template,
  node,
  ...(schedule === undefined ? {} : { schedule: { waitMs: 0, nextPersonMs: 0, rounds: 1, ...schedule } }),
});

describe('a second channel', () => {
  test('stays silent where the first has taken the alert in time', async (t) => {
    const house = new House(t);
    const [first, second] = [await house.open('whatsapp', ['1']), await house.open('sms', ['2'])];
    await first.alert(incident(), undefined, policy('a'));
    await second.alert(incident(), undefined, policy('b', { unless: 'accepted', waitMs: 45_000 }));
    await house.pass(44);
    assert.deepEqual(house.sent, ['whatsapp 1']);
    await house.pass(1);
    assert.deepEqual(house.sent, ['whatsapp 1']);
    assert.deepEqual(await house.states(), ['sms 2 cancelled', 'whatsapp 1 accepted']);
    assert.match(house.deliveries.at(-1)?.because ?? '', /Another channel has taken/);
  });

  test('speaks where the first failed, and where taken is not enough', async (t) => {
    const house = new House(t);
    house.answer = (channel) =>
      channel === 'whatsapp' ? { result: 'unreached', detail: 'no internet' } : { result: 'ok', id: 'p' };
    const ways = [
      await house.open('whatsapp', ['1']),
      await house.open('sms', ['2']),
      await house.open('email', ['3']),
    ];
    await ways[0]?.alert(incident(), undefined, policy('a'));
    await ways[1]?.alert(incident(), undefined, policy('b', { unless: 'accepted', waitMs: 45_000 }));
    await ways[2]?.alert(incident(), undefined, policy('c', { unless: 'delivered', waitMs: 90_000 }));
    await house.pass(45);
    assert.ok(house.sent.includes('sms 2'));
    assert.ok(!house.sent.includes('email 3'));
    await house.pass(45);
    assert.ok(house.sent.includes('email 3'), 'that Twilio took it says not that a phone has it');
  });

  test('is told at once that the first has failed, with the incident', async (t) => {
    const house = new House(t);
    house.answer = (channel) =>
      channel === 'whatsapp'
        ? {
            result: 'refused',
            refusal: { status: 400, code: 1, message: 'no', transient: false, retryAfterMs: undefined },
          }
        : { result: 'ok', id: 'p' };
    const [first, second] = [await house.open('whatsapp', ['1']), await house.open('sms', ['2'])];
    await second.alert(incident(), undefined, policy('b', { unless: 'delivered', waitMs: 600_000 }));
    assert.deepEqual(house.sent, []);
    await first.alert(incident(), undefined, policy('a'));
    await until(() => house.incidents.length === 1);
    assert.deepEqual(house.incidents, [incident()]);
    assert.equal(await second.hurry('incident-1'), true);
    await house.quiet();
    assert.deepEqual(house.sent, ['whatsapp 1', 'sms 2']);
    assert.equal(await second.hurry('incident-1'), false);
  });
});

describe('one person after the other', () => {
  const oncePerMinute = { nextPersonMs: 60_000, rounds: 2 };

  test('until somebody acknowledges', async (t) => {
    const house = new House(t);
    await (await house.database()).query.insertInto('incidents').values(incidentRow()).execute();
    const alerts = await house.open('sms', ['1', '2', '3']);
    await alerts.alert(incident(), undefined, policy('a', oncePerMinute));
    await house.quiet();
    assert.deepEqual(house.sent, ['sms 1']);
    await house.pass(60);
    assert.deepEqual(house.sent, ['sms 1', 'sms 2']);
    await house.acknowledge();
    for (let minute = 0; minute < 6; minute += 1) await house.pass(60);
    assert.deepEqual(house.sent, ['sms 1', 'sms 2']);
    assert.deepEqual(
      new Set(house.deliveries.filter(({ status }) => status === 'cancelled').map(({ because }) => because)),
      new Set(['anna has answered.']),
    );
  });

  test('and once more where nobody does', async (t) => {
    const house = new House(t);
    const alerts = await house.open('sms', ['1', '2']);
    await alerts.alert(incident(), undefined, policy('a', oncePerMinute));
    for (let minute = 0; minute < 6; minute += 1) await house.pass(60);
    assert.deepEqual(house.sent, ['sms 1', 'sms 2', 'sms 1', 'sms 2']);
  });

  test('what was acknowledged before says nothing about what came later', async (t) => {
    const house = new House(t);
    await (await house.database()).query.insertInto('incidents').values(incidentRow()).execute();
    const alerts = await house.open('sms', ['1', '2']);
    await house.acknowledge();
    house.clock.advance(1000);
    await alerts.alert(incident(), undefined, policy('a', oncePerMinute));
    await house.pass(60);
    assert.deepEqual(house.sent, ['sms 1', 'sms 2']);
  });

  test('goes on after a restart, each in their turn', async (t) => {
    const house = new House(t);
    const before = await house.open('sms', ['1', '2']);
    await before.alert(incident(), undefined, policy('a', { nextPersonMs: 60_000 }));
    await house.quiet();
    await house.close();
    house.clock.advance(10_000);
    await house.open('sms', ['1', '2']);
    await house.quiet();
    assert.deepEqual(house.sent, ['sms 1']);
    await house.pass(50);
    assert.deepEqual(house.sent, ['sms 1', 'sms 2']);
  });

  test('an answer settles what waits at once', async (t) => {
    const house = new House(t);
    const alerts = await house.open('sms', ['1', '2']);
    await alerts.alert(incident(), undefined, policy('a', { nextPersonMs: 60_000 }));
    await house.quiet();
    await alerts.settle('incident-1', 'Anna');
    assert.deepEqual(await house.states(), ['sms 1 accepted', 'sms 2 cancelled']);
  });

  test('an incident that grows worse is told anew, and what waited is left out', async (t) => {
    const house = new House(t);
    const alerts = await house.open('sms', ['1', '2']);
    await alerts.alert(incident({ severity: 2 }), undefined, policy('a', { nextPersonMs: 60_000 }));
    await house.quiet();
    await alerts.alert(incident({ severity: 3, phase: 'update' }), undefined, policy('a', { nextPersonMs: 60_000 }));
    await house.quiet();
    for (let minute = 0; minute < 3; minute += 1) await house.pass(60);
    assert.deepEqual(house.sent, ['sms 1', 'sms 1', 'sms 2']);
  });
});
