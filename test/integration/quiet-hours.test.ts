import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { Person } from '../../src/alerting/people.ts';
import { incident } from '../unit/alerting/incident.ts';
import { incidentRow } from '../unit/database/rows.ts';
import { ChannelHouse } from './channel-house.ts';

const template = '{severityWord} at {siteName}, {area}: {label}\n{time}, {sources}\n\n{explanation}';
const policy = {
  ...{ node: 'a', minimumSeverity: 1, cooldownSeconds: 60, sendSnapshot: false, siteName: 'Kiosk', template },
  timeZone: 'Europe/Berlin',
};
const hour = 3600;
const night = { from: 22 * 60, to: 7 * 60 };
const anna: Person = { address: '1', name: 'Anna', language: 'de', quiet: night };
const ben: Person = { address: '2', quiet: night };

/** A house at half past ten in the evening. */
class Evening extends ChannelHouse {
  constructor(t: TestContext, at = '2026-11-21T21:30:00Z') {
    super(t, Date.parse(at));
  }

  /** An incident that starts now. */
  happens(id: string, changes: Parameters<typeof incident>[0] = {}) {
    const now = this.clock.now();
    return incident({ id, severity: 2, startedAt: now, updatedAt: now, area: id, ...changes });
  }

  get news(): string[] {
    return this.deliveries.map(({ name = '', recipient, status }) => `${name === '' ? recipient : name} ${status}`);
  }
}

describe('quiet hours', () => {
  test('alarms come, and lesser alerts go on to whoever is awake, which is said', async (t) => {
    const house = new Evening(t);
    const alerts = await house.open('whatsapp', [anna, { address: '3' }]);
    await alerts.alert(house.happens('yard'), undefined, policy);
    await house.quiet();
    assert.deepEqual(house.sent, ['whatsapp 3']);
    assert.ok(house.news.includes('Anna cancelled'));
    assert.match(house.deliveries.find(({ name }) => name === 'Anna')?.because ?? '', /Quiet hours/);
    await alerts.alert(house.happens('vault', { severity: 3 }), undefined, policy);
    await house.quiet();
    assert.deepEqual(house.sent.slice(1).toSorted(), ['whatsapp 1', 'whatsapp 3']);
    await house.pass(12 * hour);
    assert.equal(house.sent.length, 3);
  });

  test('each person reads their own language, with the words of the text that we bring along', async (t) => {
    const house = new Evening(t);
    const alerts = await house.open('whatsapp', [anna, { address: '3' }]);
    await alerts.alert(house.happens('vault', { severity: 3, reason: 'person' }), undefined, policy);
    await house.quiet();
    const [english, german] = house.bodies.toSorted();
    assert.match(english ?? '', /^Alarm at Kiosk, vault: /);
    assert.match(german ?? '', /^Alarm in Kiosk, vault: Person\n21\.11\.2026, 22:30:00/);
  });

  test('when everybody sleeps, each hears in one text of all that nobody has answered to, also after a restart', async (t) => {
    const house = new Evening(t);
    const { query } = await house.database();
    await query
      .insertInto('incidents')
      .values(incidentRow({ id: 'cellar' }))
      .execute();
    const alerts = await house.open('whatsapp', [anna, ben]);
    for (const id of ['yard', 'cellar', 'hall']) {
      await alerts.alert(house.happens(id, { label: 'Person', reason: 'person' }), undefined, policy);
      await house.pass(600);
    }
    assert.deepEqual(house.sent, []);
    assert.equal(house.news.filter((news) => news === 'Anna withheld').length, 3);
    assert.match(house.deliveries.find(({ status }) => status === 'withheld')?.because ?? '', /until 07:00/);
    await house.acknowledge('ben', 'cellar');
    await house.close();
    const again = await house.open('whatsapp', [anna, ben]);
    await house.pass(8 * hour - 60);
    assert.deepEqual(house.sent, []);
    await house.pass(60);
    assert.deepEqual(house.sent.toSorted(), ['whatsapp 1', 'whatsapp 2']);
    const [german, english] = house.bodies.toSorted((one, other) => one.localeCompare(other)).toReversed();
    assert.equal(
      english,
      'Kiosk: 2 incidents during your quiet hours.\n22:30 Warning, yard: Person\n22:50 Warning, hall: Person',
    );
    assert.equal(
      german,
      'Kiosk: 2 Vorfälle während deiner Ruhezeit.\n22:30 Warnung, yard: Person\n22:50 Warnung, hall: Person',
    );
    assert.deepEqual((await again.incidentsOf('p')).toSorted(), ['hall', 'yard'], 'whoever answers means both');
    // The same incident is no news in the morning.
    assert.equal((await again.alert(house.happens('hall'), undefined, policy)).send, true);
  });

  test('one that was held back alone is told as it was written', async (t) => {
    const house = new Evening(t);
    const alerts = await house.open('whatsapp', [ben]);
    await alerts.alert(house.happens('yard'), undefined, policy);
    await house.pass(9 * hour);
    assert.match(house.bodies.join(), /^Warning at Kiosk, yard: .*\n2026-11-21 22:30:00/);
  });

  test('an incident that grows to an alarm is told at once, and not again in the morning', async (t) => {
    const house = new Evening(t);
    const alerts = await house.open('whatsapp', [ben]);
    const weak = house.happens('yard');
    await alerts.alert(weak, undefined, policy);
    await house.quiet();
    await alerts.alert({ ...weak, phase: 'update', severity: 3, seq: 1 }, undefined, policy);
    await house.pass(9 * hour);
    assert.equal(house.bodies.length, 1);
    assert.match(house.bodies.join(), /^Alarm/);
  });

  test('a message that could not be sent in time does not wake anybody either', async (t) => {
    const house = new Evening(t, '2026-11-21T20:59:00Z');
    house.answer = () => ({ result: 'unreached', detail: 'no internet' });
    const alerts = await house.open('whatsapp', [ben]);
    await alerts.alert(house.happens('yard'), undefined, policy);
    for (let second = 0; second < 120; second += 10) await house.pass(10);
    house.answer = () => ({ result: 'ok', id: 'p' });
    const before = house.sent.length;
    await house.pass(hour);
    assert.equal(house.sent.length, before);
    await house.pass(9 * hour);
    assert.equal(house.sent.length, before + 1);
  });

  test('a second channel counts what the first told in one text as taken', async (t) => {
    const house = new Evening(t);
    const first = await house.open('whatsapp', [ben]);
    const second = await house.open('sms', [ben]);
    for (const id of ['yard', 'hall']) {
      const happened = house.happens(id);
      await first.alert(happened, undefined, policy);
      const schedule = { unless: 'accepted', waitMs: 180_000, nextPersonMs: 0, rounds: 1 } as const;
      await second.alert(happened, undefined, { ...policy, node: 'b', schedule });
      await house.pass(600);
    }
    await house.pass(8.5 * hour - 1200);
    assert.deepEqual(house.sent, ['whatsapp 2']);
    await house.pass(hour);
    assert.deepEqual(house.sent, ['whatsapp 2']);
  });
});
