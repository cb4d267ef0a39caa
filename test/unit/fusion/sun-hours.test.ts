import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { placeIn, sunAt } from '../../../src/clock/sun.ts';
import { ZoneTime } from '../../../src/clock/zone-time.ts';
import type { Rule } from '../../../src/contracts/configs.ts';
import { isWithin } from '../../../src/fusion/rule-hours.ts';
import { BenchArea } from './bench-area.ts';

const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(Math.round(minute % 60)).padStart(2, '0')}`;
const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

describe('the sun', () => {
  // As almanacs have them, to the minute.
  for (const [name, location, zone, date, sunrise, sunset] of [
    ['Berlin in summer', '52.52, 13.405', 'Europe/Berlin', [2024, 5, 21], '04:43', '21:33'],
    ['Berlin in winter', '52.52, 13.405', 'Europe/Berlin', [2024, 11, 21], '08:15', '15:54'],
    ['New York', '40.7128, -74.006', 'America/New_York', [2024, 2, 20], '06:59', '19:09'],
    ['Sydney', '-33.8688, 151.2093', 'Australia/Sydney', [2024, 11, 21], '05:41', '20:05'],
    ['Quito', '-0.1807, -78.4678', 'America/Guayaquil', [2024, 8, 22], '06:03', '18:10'],
  ] as const) {
    test(`over ${name}`, () => {
      const times = sunAt(new ZoneTime(zone), location)?.on(Date.UTC(date[0], date[1], date[2], 12));
      assert.ok(times);
      assert.ok(Math.abs(times.sunrise - minuteOf(sunrise)) <= 3, `rises ${clock(times.sunrise)}, not ${sunrise}`);
      assert.ok(Math.abs(times.sunset - minuteOf(sunset)) <= 3, `sets ${clock(times.sunset)}, not ${sunset}`);
    });
  }

  test('beyond the polar circle it is all day or all night', () => {
    const sun = sunAt(new ZoneTime('Europe/Oslo'), '69.65, 18.96');
    assert.ok(sun);
    const night = { from: 'sunset', to: 'sunrise' };
    const day = { from: 'sunrise', to: 'sunset' };
    for (const minute of [0, 720, 1439]) {
      const wall = { day: 'mon', minute, date: 0 } as const;
      const summer = sun.on(Date.UTC(2024, 5, 21, 12));
      const winter = sun.on(Date.UTC(2024, 11, 21, 12));
      assert.deepEqual(
        [night, day].map((hours) => [isWithin(hours, wall, summer), isWithin(hours, wall, winter)]),
        [
          [false, true],
          [true, false],
        ],
      );
    }
  });

  test('a place is two numbers of degrees', () => {
    assert.deepEqual(placeIn(' 52.5 , -13 '), { latitude: 52.5, longitude: -13 });
    for (const text of ['', '52', '91, 0', '0, 181', 'a, b', '1, 2, 3', ',', '52.5 13']) {
      assert.equal(placeIn(text), undefined, text);
    }
  });
});

describe('hours that begin and end with the sun', () => {
  const rule = (when: Rule['when']): Rule => ({
    ...{ v: 2, id: 'n', enabled: true, severity: 2, label: 'In the dark', all: [{ kind: 'object', label: 'person' }] },
    ...(when === undefined ? {} : { when }),
  });
  const berlin = { timeZone: 'Europe/Berlin', location: '52.52, 13.405' };

  /** Whether a rule counts at a time of the first of January 2026, when the sun is up from 8:17 to 16:03. */
  const counts = (when: Rule['when'], hour: number, minute: number): boolean => {
    const area = new BenchArea({ rules: [rule(when)], ...berlin });
    const noon = new ZoneTime(berlin.timeZone).at(area.clock.now()).minute;
    area.wait(((hour * 60 + minute - noon + 1440) % 1440) * 60_000);
    area.see({ person: 0.9 });
    return area.alerts.length === 1;
  };

  test('from sunset to sunrise, over midnight', () => {
    const dark = { from: 'sunset', to: 'sunrise' };
    const times = [
      [15, 50],
      [16, 20],
      [0, 0],
      [8, 0],
      [8, 30],
    ] as const;
    assert.deepEqual(
      times.map(([hour, minute]) => counts(dark, hour, minute)),
      [false, true, true, true, false],
    );
  });

  test('minutes before and after', () => {
    assert.equal(counts({ from: 'sunset-30', to: 'sunrise' }, 15, 50), true);
    assert.equal(counts({ from: 'sunset+30', to: 'sunrise' }, 16, 20), false);
    assert.equal(counts({ from: 'sunset', to: '23:00' }, 23, 30), false);
  });

  test('are refused by name where nobody knows where the site lies', () => {
    assert.throws(() => new BenchArea({ rules: [rule({ from: 'sunset' })] }), {
      name: 'ES_BAD_CONFIG',
      message: 'Rule 1 (In the dark) asks for the sun, and nobody knows where the site lies.',
    });
  });
});
