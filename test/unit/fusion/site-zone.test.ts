import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultRules, type Rule } from '../../../src/contracts/configs.ts';
import { BenchArea } from './bench-area.ts';

const zones = ['Pacific/Auckland', 'America/Los_Angeles', 'Asia/Kathmandu'];

/** What the clock on a wall of the zone shows, such as 12:00. */
function minuteIn(timeZone: string, at: number): string {
  const form = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone } as const;
  return new Intl.DateTimeFormat('en-GB', form).format(at);
}

/** Every time of day in some sentences, such as 12:00:03.4. */
function timesIn(sentences: readonly string[]): string[] {
  return sentences.join('\n').match(/\d\d:\d\d:\d\d\.\d/g) ?? [];
}

describe('the time zone of the site', () => {
  for (const timeZone of zones) {
    test(`${timeZone}: all times in explanations are those of its clocks`, () => {
      const rules = [...defaultRules, { ...mode, all: [{ kind: 'object' as const, label: 'car' }] }];
      const area = new BenchArea({ rules, timeZone, incidentsPerHour: 1, quietSeconds: 5 });
      const expected = minuteIn(timeZone, area.clock.now());
      area.watch({ person: 0.9, car: 0.9 }, 1000);
      area.hear({ glass_break: 0.9 });
      area.cue('loiter');
      area.cue('tamper', 1, { features: { kind: 'dark' } });
      area.wait(10_000);
      area.watch({ person: 0.9 }, 1000);
      area.arm('disarmed');
      area.wait(20_000);
      const told = timesIn(area.incidents.flatMap(({ explanation }) => explanation));
      assert.ok(told.length > 10, `${told.length}`);
      const hours = new Set(told.map((time) => time.slice(0, 5)));
      assert.deepEqual([...hours], [expected]);
    });

    test(`${timeZone}: evidence weighs by the hours of its clocks`, () => {
      const now = new BenchArea().clock.now();
      const from = minuteIn(timeZone, now);
      const to = minuteIn(timeZone, now + 3_600_000);
      const person = { kind: 'object' as const, label: 'person' };
      const weigh: Rule['weigh'] = {
        terms: [{ ...person, weight: 0.5 }],
        hours: { weight: 0.5, from, to },
        floor: 0.9,
      };
      const area = new BenchArea({ rules: [{ ...mode, all: [], weigh }], timeZone });
      area.see({ person: 0.9 });
      assert.deepEqual(area.alerts, ['start 2 person']);
      const later = new BenchArea({ rules: [{ ...mode, all: [], weigh }], timeZone });
      later.wait(3_600_000);
      later.see({ person: 0.9 });
      assert.deepEqual(later.alerts, []);
    });
  }
});

const mode: Rule = { v: 2, id: 'm', enabled: true, severity: 2, all: [] };
