import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minuteIn, nextTime, quietUntil } from '../../../src/alerting/quiet-hours.ts';
import { ZoneTime } from '../../../src/clock/zone-time.ts';

const berlin = new ZoneTime('Europe/Berlin');
const night = { from: 22 * 60, to: 7 * 60 };
const until = (hours: typeof night, at: string): string | undefined => {
  const end = quietUntil(hours, Date.parse(at), berlin);
  return end === undefined ? undefined : new Date(end).toISOString();
};

describe('quiet hours', () => {
  test('span midnight, in the time zone of the site', () => {
    assert.equal(until(night, '2026-11-21T20:59:59Z'), undefined);
    assert.equal(until(night, '2026-11-21T21:00:00Z'), '2026-11-22T06:00:00.000Z');
    assert.equal(until(night, '2026-11-22T05:59:30Z'), '2026-11-22T06:00:00.000Z');
    assert.equal(until(night, '2026-11-22T06:00:00Z'), undefined);
  });

  test('lie within a day too', () => {
    const noon = { from: 12 * 60, to: 14 * 60 + 30 };
    assert.equal(until(noon, '2026-11-22T12:15:20Z'), '2026-11-22T13:30:00.000Z');
    assert.equal(until(noon, '2026-11-22T10:59:00Z'), undefined);
  });

  test('end by the clock on the wall in nights in which summer time begins or ends', () => {
    assert.equal(until(night, '2026-03-28T22:00:00Z'), '2026-03-29T05:00:00.000Z');
    assert.equal(until(night, '2026-10-24T22:00:00Z'), '2026-10-25T06:00:00.000Z');
  });

  test('that end within an hour that summer time leaves out end when it is over, and always later', () => {
    const end = quietUntil({ from: 22 * 60, to: 150 }, Date.parse('2026-03-28T23:00:00Z'), berlin) ?? 0;
    assert.equal(new Date(end).toISOString(), '2026-03-29T01:30:00.000Z');
    assert.equal(berlin.at(end).minute, 210);
  });

  test('a time of day comes once a day', () => {
    const eight = Date.parse('2026-11-22T07:00:00Z');
    assert.equal(nextTime(480, eight - 1, berlin), eight);
    assert.equal(nextTime(480, eight, berlin), eight + 24 * 3_600_000);
  });

  test('are written as the field of the dialog gives them', () => {
    assert.deepEqual(['07:05', '23:59', '24:00', '7:05', ''].map(minuteIn), [
      425,
      1439,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
