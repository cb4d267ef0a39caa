import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SiteSnooze } from '../../src/site/site-snooze.ts';
import { incident } from '../unit/alerting/incident.ts';
import { RecordingLog } from '../unit/recording-log.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { until } from './alert-desk.ts';
import { ChannelHouse } from './channel-house.ts';

const policy = {
  ...{ node: 'a', minimumSeverity: 1, cooldownSeconds: 0, sendSnapshot: true, siteName: 'Kiosk' },
  template: '{severityWord}: {label} ({area})',
};

function snoozeOf(house: ChannelHouse, folder: string): SiteSnooze {
  return new SiteSnooze({ folder, clock: house.clock, log: new RecordingLog(), database: () => house.database() });
}

describe('snoozed alerts', () => {
  test('wait, in one text, until the snooze ends; alarms and other areas do not', async (t) => {
    const house = new ChannelHouse(t);
    const snooze = snoozeOf(house, temporaryFolder(t));
    const alerts = await house.open('whatsapp', ['1'], snooze);
    await snooze.set({ minutes: 30, area: 'Yard' });
    const happens = (id: string, area: string, severity = 2) =>
      alerts.alert(incident({ id, area, severity, label: id }), Buffer.from('no picture'), policy);
    await happens('cat', 'yard');
    await happens('dog', 'yard');
    await happens('person', 'hall');
    await happens('shot', 'yard', 3);
    await house.quiet(1);
    assert.deepEqual(house.bodies.toSorted(), ['Alarm: shot (yard)', 'Warning: person (hall)']);
    const held = house.deliveries.filter(({ status }) => status === 'withheld');
    assert.deepEqual(
      held.map(({ because }) => because?.replace(/\d\d:\d\d/, 'hh:mm')),
      ['Snoozed until hh:mm.', 'Snoozed until hh:mm.'],
    );
    house.clock.advance(30 * 60_000);
    await until(() => house.bodies.length === 3);
    await house.quiet();
    assert.equal(house.bodies.length, 3);
    assert.match(
      house.bodies[2] ?? '',
      /^Kiosk: 2 incidents while alerts were snoozed\.\n.* Warning, yard: cat\n.*: dog$/,
    );
  });

  test('come at once when somebody ends it, and later when somebody prolongs it', async (t) => {
    const house = new ChannelHouse(t);
    const snooze = snoozeOf(house, temporaryFolder(t));
    const alerts = await house.open('whatsapp', ['1'], snooze);
    await snooze.set({ minutes: 30 });
    await alerts.alert(incident({ severity: 2 }), undefined, policy);
    await house.quiet(1);
    await snooze.set({ minutes: 60 });
    await house.pass(45 * 60, 1);
    assert.deepEqual(house.bodies, []);
    await snooze.set({ minutes: 0 });
    await house.quiet();
    assert.deepEqual(house.bodies, ['Warning: Person and breaking glass (shop)']);
  });

  test('wait over a restart as long as they would have, and an answer makes them needless', async (t) => {
    const house = new ChannelHouse(t);
    const folder = temporaryFolder(t);
    const snooze = snoozeOf(house, folder);
    const alerts = await house.open('whatsapp', ['1'], snooze);
    await snooze.set({ minutes: 30 });
    for (const id of ['one', 'two']) await alerts.alert(incident({ id, severity: 2 }), undefined, policy);
    await house.quiet(1);
    await house.close();
    snooze.close();
    // The rows are on the house's disk; where it lies does not matter to the snooze.
    const again = await house.open('whatsapp', ['1'], new Kept(house));
    await house.pass(29 * 60, 0);
    assert.deepEqual(house.bodies, []);
    await again.settle('one', 'anna');
    await house.pass(60, 0);
    assert.deepEqual(house.bodies, ['Warning: Person and breaking glass (shop)']);
  });
});

/** What another process would read. */
class Kept {
  readonly #until: number;
  readonly #house: ChannelHouse;

  constructor(house: ChannelHouse) {
    this.#house = house;
    this.#until = house.clock.now() + 30 * 60_000;
  }

  ready(): Promise<void> {
    return Promise.resolve();
  }

  until(): number | undefined {
    return this.#until > this.#house.clock.now() ? this.#until : undefined;
  }

  watch(): () => void {
    return () => undefined;
  }
}
