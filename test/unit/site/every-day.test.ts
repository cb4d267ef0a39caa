import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { everyDay } from '../../../src/site/every-day.ts';
import { ManualClock } from '../manual-clock.ts';

const hourMs = 3_600_000;

/** Runs at 08:00 in Berlin, beginning at a moment. */
function begin(t: { after: (run: () => void) => void }, at: string) {
  const clock = new ManualClock();
  clock.advance(Date.parse(at) - clock.now());
  const days: string[] = [];
  const end = everyDay(
    '08:00',
    clock,
    () => 'Europe/Berlin',
    (day) => days.push(day),
  );
  t.after(end);
  const hours = (count: number): void => {
    for (let n = 0; n < count * 12; n++) clock.advance(hourMs / 12);
  };
  return { clock, days, end, hours };
}

describe('what happens every day', () => {
  test('happens once, at the time of the site, also where summer time begins', (t) => {
    const { days, hours } = begin(t, '2026-03-27T05:00:00Z');
    hours(1.75);
    assert.deepEqual(days, []);
    hours(0.5);
    assert.deepEqual(days, ['2026-03-27']);
    hours(24 * 3);
    assert.deepEqual(days, ['2026-03-27', '2026-03-28', '2026-03-29', '2026-03-30']);
  });

  test('is made up for by who starts within the hour after, and by nobody later', (t) => {
    assert.deepEqual(begin(t, '2026-11-22T07:40:00Z').days, ['2026-11-22']);
    assert.deepEqual(begin(t, '2026-11-22T08:10:00Z').days, []);
  });

  test('of a machine that slept for days is that of the last one', (t) => {
    const { clock, days, hours } = begin(t, '2026-11-18T12:00:00Z');
    t.mock.method(clock, 'now', () => Date.parse('2026-11-22T10:00:00Z'));
    hours(1);
    assert.deepEqual(days, ['2026-11-22']);
  });

  test('ends', (t) => {
    const { days, end, hours } = begin(t, '2026-11-22T05:00:00Z');
    end();
    hours(24);
    assert.deepEqual(days, []);
  });
});
