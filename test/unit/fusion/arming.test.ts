import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Rule } from '../../../src/contracts/configs.ts';
import { BenchArea } from './bench-area.ts';

const person: Rule = {
  ...{ id: 'person', enabled: true, severity: 1, label: 'Person' },
  all: [{ kind: 'object', label: 'person' }],
};
const door: Rule = {
  ...{ id: 'door', enabled: true, severity: 2, label: 'Door' },
  all: [{ kind: 'signal', label: 'opened' }],
};

describe('rules in the modes of a site', () => {
  test('all count before anybody says a mode', () => {
    const bench = new BenchArea();
    bench.hear({ glass_break: 0.9 });
    assert.deepEqual(bench.alerts, ['start 2 glass_break']);
  });

  test('while disarmed only those count that ask for what always matters', () => {
    const bench = new BenchArea();
    bench.arm('disarmed');
    bench.watch({ person: 0.9 }, 2000);
    bench.hear({ glass_break: 0.9 });
    bench.hear({ scream: 0.9 });
    assert.equal(bench.alerts.length, 0);
    bench.hear({ gunshot: 0.9 });
    assert.deepEqual(bench.alerts.at(-1), 'start 3 person+gunshot');
    bench.wait(60_000);
    bench.cue('tamper', 1, { features: { kind: 'covered' } });
    assert.deepEqual(bench.alerts.at(-1), 'start 2 tamper');
    bench.stream('stalled', { source: 'yard' });
    bench.wait(61_000);
    assert.match(bench.alerts.join(), /start 2 offline/);
  });

  const cases: [modes: string[] | undefined, countsIn: string[]][] = [
    [undefined, ['home', 'away', 'night', 'holiday']],
    [['armed'], ['home', 'away', 'night', 'holiday']],
    [['always'], ['disarmed', 'home', 'away', 'night', 'holiday']],
    [
      ['away', 'holiday'],
      ['away', 'holiday'],
    ],
    [['disarmed'], ['disarmed']],
  ];
  for (const [modes, countsIn] of cases) {
    test(`that name ${String(modes)} count in ${countsIn.join(', ')}`, () => {
      const counted = ['disarmed', 'home', 'away', 'night', 'holiday'].filter((mode) => {
        const bench = new BenchArea({ rules: [{ ...door, ...(modes === undefined ? {} : { modes }) }] });
        bench.arm(mode);
        bench.signal('contact', 'opened');
        return bench.alerts.length > 0;
      });
      assert.deepEqual(counted, countsIn);
    });
  }

  test('what did not count is told of with what does, and counted once while it goes on', () => {
    const bench = new BenchArea({ rules: [{ ...person, modes: ['away'] }, door] });
    bench.arm('home');
    bench.watch({ person: 0.9 }, 10_000);
    assert.deepEqual(bench.untold, ['mode']);
    bench.signal('contact', 'opened');
    assert.match(
      bench.last.explanation.join(' '),
      /Not told: Person \(severity 1\) at 12:00:00\.0, because it counts in the mode away, and the site is in home\./,
    );
    bench.wait(40_000);
    bench.see({ person: 0.9 });
    assert.deepEqual(bench.untold, ['mode', 'mode']);
  });

  test('an incident ends with the mode in which it counts; others go on', () => {
    const bench = new BenchArea({ rules: [person, { ...door, modes: ['always'] }] });
    bench.see({ person: 0.9 }, { area: 'hall' });
    bench.signal('contact', 'opened', 1, { area: 'yard' });
    bench.arm('disarmed');
    assert.deepEqual(bench.alerts, ['start 1 person', 'start 2 opened', 'end 1 person']);
    assert.match(bench.last.explanation.at(-1) ?? '', /^Ended: the site was disarmed at 12:00:00\.0\.$/);
    bench.wait(31_000);
    assert.equal(bench.alerts.at(-1), 'end 2 opened');
  });

  test('what lasts since before counts as soon as the mode is one in which it does', () => {
    const bench = new BenchArea({
      rules: [{ ...door, id: 'off', modes: ['night'], all: [{ kind: 'stream', label: 'offline', forSeconds: 60 }] }],
    });
    bench.arm('home');
    bench.stream('stalled');
    bench.wait(120_000);
    assert.equal(bench.alerts.length, 0);
    bench.arm('night');
    assert.deepEqual(bench.alerts, ['start 2 offline']);
    bench.arm('home');
    assert.deepEqual(bench.alerts, ['start 2 offline', 'end 2 offline']);
  });

  test('the same input gives the same incidents', () => {
    const play = (): string => {
      const bench = new BenchArea({ rules: [{ ...person, entryDelaySeconds: 20 }, door], incidentsPerHour: 2 });
      for (const mode of ['home', 'disarmed', 'away', 'night']) {
        bench.arm(mode);
        bench.watch({ person: 0.9 }, 4000);
        bench.signal('contact', 'opened');
        bench.wait(45_000);
      }
      bench.engine.close();
      return JSON.stringify(bench.incidents);
    };
    assert.equal(play(), play());
  });
});

describe('hours of rules', () => {
  /** 1 January 2026 is a Thursday. */
  const at = (iso: string): number => Date.parse(iso);

  function countsAt(when: Rule['when'] & object, iso: string, timeZone = 'Europe/Berlin'): boolean {
    const bench = new BenchArea({ rules: [{ ...door, when }], timeZone });
    bench.clock.advance(at(iso) - bench.clock.now());
    bench.signal('contact', 'opened');
    return bench.alerts.length > 0;
  }

  const cases: [name: string, when: Rule['when'] & object, iso: string, counts: boolean][] = [
    ['within hours', { from: '08:00', to: '17:00' }, '2026-06-01T06:00:00Z', true],
    ['a minute before', { from: '08:00', to: '17:00' }, '2026-06-01T05:59:59Z', false],
    ['at the end', { from: '08:00', to: '17:00' }, '2026-06-01T15:00:00Z', false],
    ['in winter an hour later by UTC', { from: '08:00', to: '17:00' }, '2026-12-01T06:30:00Z', false],
    ['over midnight, before it', { from: '22:00', to: '06:00' }, '2026-06-01T21:30:00Z', true],
    ['over midnight, after it', { from: '22:00', to: '06:00' }, '2026-06-02T02:00:00Z', true],
    ['over midnight, by day', { from: '22:00', to: '06:00' }, '2026-06-02T10:00:00Z', false],
    [
      'Saturday morning belongs to Friday night',
      { days: ['fri'], from: '22:00', to: '06:00' },
      '2026-06-06T02:00:00Z',
      true,
    ],
    ['Friday morning does not', { days: ['fri'], from: '22:00', to: '06:00' }, '2026-06-05T02:00:00Z', false],
    ['Sunday night lasts until Monday', { days: ['sun'], from: '22:00', to: '06:00' }, '2026-06-08T03:00:00Z', true],
    ['a whole day', { days: ['sat', 'sun'] }, '2026-06-06T12:00:00Z', true],
    ['another whole day', { days: ['sat', 'sun'] }, '2026-06-05T12:00:00Z', false],
    ['the hour that summer time leaves out', { from: '02:00', to: '03:00' }, '2026-03-29T01:00:00Z', false],
    ['after it, by the clock on the wall', { from: '03:00', to: '04:00' }, '2026-03-29T01:00:00Z', true],
    ['the hour that winter time has twice, first', { from: '02:00', to: '03:00' }, '2026-10-25T00:30:00Z', true],
    ['and second', { from: '02:00', to: '03:00' }, '2026-10-25T01:30:00Z', true],
    ['until midnight', { from: '22:00' }, '2026-06-01T21:59:00Z', true],
    ['from midnight', { to: '06:00' }, '2026-06-01T22:00:00Z', true],
  ];
  for (const [name, when, iso, counts] of cases) {
    test(`${name}: ${counts ? 'counts' : 'does not count'}`, () => {
      assert.equal(countsAt(when, iso), counts);
    });
  }

  test('are those of the zone of the site', () => {
    const when = { from: '08:00', to: '09:00' };
    assert.equal(countsAt(when, '2026-06-01T23:30:00Z', 'Asia/Tokyo'), true);
    assert.equal(countsAt(when, '2026-06-01T23:30:00Z', 'Europe/Berlin'), false);
  });

  test('outside of them it is said why', () => {
    const bench = new BenchArea({ rules: [{ ...person, when: { days: ['mon'], from: '08:00', to: '17:00' } }, door] });
    bench.see({ person: 0.9 });
    bench.signal('contact', 'opened');
    assert.deepEqual(bench.untold, ['schedule']);
    assert.match(bench.last.explanation.join(' '), /Not told: Person .* because it counts Mon from 08:00 to 17:00\./);
  });

  test('what lasts is told when they begin', () => {
    const all: Rule['all'] = [{ kind: 'stream', label: 'offline', forSeconds: 60 }];
    const bench = new BenchArea({ rules: [{ ...door, all, when: { from: '14:00', to: '18:00' } }] });
    bench.stream('stalled');
    bench.wait(2 * 3_600_000 - 1000);
    assert.equal(bench.alerts.length, 0);
    bench.wait(1000);
    assert.deepEqual(bench.alerts, ['start 2 offline']);
    bench.engine.close();
    assert.equal(bench.clock.waiting, 0);
  });
});

describe('the entry delay', () => {
  const late: Rule = { ...door, entryDelaySeconds: 30 };

  test('holds an incident back, and then tells all of it', () => {
    const bench = new BenchArea({ rules: [late] });
    bench.signal('contact', 'opened');
    bench.wait(29_999);
    assert.equal(bench.story.length, 0);
    bench.wait(1);
    assert.deepEqual(bench.story.slice(0, 2), ['start 2 opened', 'evidence 2 opened']);
    assert.match(
      bench.incidents[0]?.explanation.join(' ') ?? '',
      /Told after an entry delay of 30 s, in which nobody disarmed\./,
    );
    bench.wait(60_000);
    assert.equal(bench.story.at(-1), 'end 2 opened');
  });

  test('is enough to disarm: then nothing is told, and that is counted', () => {
    const bench = new BenchArea({ rules: [late, { ...person, modes: ['always'] }] });
    bench.signal('contact', 'opened');
    bench.wait(20_000);
    bench.arm('disarmed');
    bench.wait(120_000);
    assert.equal(bench.story.length, 0);
    assert.deepEqual(bench.untold, ['delay']);
  });

  test('that somebody used is told of with what comes then', () => {
    const bench = new BenchArea({ rules: [late, { ...person, modes: ['always'] }] });
    bench.signal('contact', 'opened');
    bench.wait(20_000);
    bench.arm('disarmed');
    bench.see({ person: 0.9 });
    assert.match(
      bench.last.explanation.join(' '),
      /Not told: Door \(severity 2\) at 12:00:00\.0, because the mode was changed within its entry delay\./,
    );
  });

  test('drops what ended by itself meanwhile, too', () => {
    const bench = new BenchArea({ rules: [{ ...late, entryDelaySeconds: 60 }], quietSeconds: 10 });
    bench.signal('contact', 'opened');
    bench.wait(50_000);
    bench.arm('disarmed');
    bench.wait(60_000);
    assert.equal(bench.story.length, 0);
    assert.deepEqual(bench.untold, ['delay']);
  });

  test('ends at once when something graver comes that has none', () => {
    const graver: Rule = { ...person, severity: 3 };
    const bench = new BenchArea({ rules: [late, graver] });
    bench.signal('contact', 'opened');
    bench.wait(3000);
    bench.see({ person: 0.9 });
    assert.deepEqual(bench.alerts, ['start 2 opened', 'update 3 person']);
    bench.wait(60_000);
    assert.equal(bench.alerts.filter((line) => line.startsWith('start')).length, 1);
  });

  test('is not given where the site is disarmed already', () => {
    const bench = new BenchArea({ rules: [{ ...late, modes: ['always'] }] });
    bench.arm('disarmed');
    bench.signal('contact', 'opened');
    assert.deepEqual(bench.alerts, ['start 2 opened']);
  });

  test('tells what waits when the flow is stopped, and leaves no timer', () => {
    const bench = new BenchArea({ rules: [late] });
    bench.signal('contact', 'opened');
    bench.engine.close();
    assert.deepEqual(bench.alerts, ['start 2 opened', 'end 2 opened']);
    assert.equal(bench.clock.waiting, 0);
  });

  test('keeps a bounded number of messages, the first among them', () => {
    const rules = Array.from({ length: 90 }, (_, n): Rule => ({
      ...{ ...late, id: `door-${n}` },
      all: [{ kind: 'signal', label: `door-${n}` }],
    }));
    const bench = new BenchArea({ rules });
    for (let n = 0; n < 90; n++) bench.signal('contact', `door-${n}`);
    bench.wait(30_000);
    assert.equal(bench.story[0], 'start 2 door-0');
    assert.ok(bench.story.length <= 65, String(bench.story.length));
  });
});

describe('the cap of incidents per hour', () => {
  const noted: Rule = { ...door, id: 'noted', severity: 1, all: [{ kind: 'signal', label: 'noted' }], label: 'Noise' };
  const shot: Rule = { ...door, id: 'shot', severity: 3, all: [{ kind: 'signal', label: 'shot' }], label: 'Shot' };
  const rules = [noted, door, shot];

  function storm(bench: BenchArea, label: string, times: number): void {
    for (let n = 0; n < times; n++) {
      bench.signal('contact', label);
      bench.wait(60_000);
    }
  }

  test('tells what is too much as one summary at the end of the hour', () => {
    const bench = new BenchArea({ rules, incidentsPerHour: 3 });
    storm(bench, 'noted', 15);
    assert.equal(bench.alerts.filter((line) => line === 'start 1 noted').length, 3);
    assert.equal(bench.untold.filter((why) => why === 'cap').length, 12);
    bench.wait(45 * 60_000);
    assert.deepEqual(bench.alerts.slice(-2), ['start 1 more_incidents', 'end 1 more_incidents']);
    assert.equal(bench.last.label, '12 more incidents of severity 1 since 12:03');
    assert.match(bench.last.explanation.join(' '), /since 12:03:00\.0: Noise \(12\)\. At most 3 /);
  });

  test('leaves the room of a severity to itself, and tells every alarm', () => {
    const bench = new BenchArea({ rules, incidentsPerHour: 2 });
    storm(bench, 'noted', 10);
    storm(bench, 'opened', 1);
    storm(bench, 'shot', 5);
    const starts = bench.alerts.filter((line) => line.startsWith('start'));
    assert.deepEqual(starts, [
      ...Array.from({ length: 2 }, () => 'start 1 noted'),
      'start 2 opened',
      ...Array.from({ length: 5 }, () => 'start 3 shot'),
    ]);
  });

  test('tells what becomes an alarm, from its start', () => {
    const bench = new BenchArea({ rules, incidentsPerHour: 1 });
    storm(bench, 'noted', 1);
    bench.signal('contact', 'noted');
    assert.equal(bench.alerts.length, 2);
    bench.signal('contact', 'shot');
    assert.deepEqual(bench.alerts.slice(2), ['start 3 shot']);
    bench.engine.close();
    // It is no part of the summary, and nothing else was.
    assert.deepEqual(bench.alerts.slice(2), ['start 3 shot', 'end 3 shot']);
  });

  test('leaves other areas alone, and frees room after the hour', () => {
    const bench = new BenchArea({ rules, incidentsPerHour: 1 });
    bench.signal('contact', 'noted', 1, { area: 'hall' });
    bench.signal('contact', 'noted', 1, { area: 'yard' });
    assert.deepEqual(bench.alerts, ['start 1 noted', 'start 1 noted']);
    bench.wait(3_600_000);
    bench.signal('contact', 'noted', 1, { area: 'hall' });
    assert.equal(bench.alerts.filter((line) => line === 'start 1 noted').length, 3);
  });

  test('tells the summary when the flow is stopped, and leaves no timer', () => {
    const bench = new BenchArea({ rules, incidentsPerHour: 1 });
    storm(bench, 'noted', 2);
    bench.engine.close();
    assert.equal(bench.last.label, '1 more incident of severity 1 since 12:01');
    assert.equal(bench.clock.waiting, 0);
  });

  test('is off by itself', () => {
    const bench = new BenchArea({ rules });
    storm(bench, 'noted', 30);
    assert.equal(bench.alerts.filter((line) => line === 'start 1 noted').length, 30);
  });
});
