import { minuteIn, nextTime } from '../alerting/quiet-hours.ts';
import { ZoneTime } from '../clock/zone-time.ts';
import type { Clock } from '../contracts/ports.ts';

/** The clock may be set and the zone changed: the time is looked at anew at least so often. */
const lookMs = 10 * 60_000;
/** Whoever starts a little later, as after an update, makes up for it. */
const graceMs = 60 * 60_000;
const dayMs = 24 * 60 * 60_000;

/**
 * Runs once a day at a time of the site's clock, and at once when that is less than an hour ago.
 * @param at such as 08:00
 * @param timeZone asked each time; empty: that of the machine
 * @param run `day` is the date at the site, `YYYY-MM-DD`: what runs twice for one day can tell by it.
 * @returns ends it.
 */
export function everyDay(at: string, clock: Clock, timeZone: () => string, run: (day: string) => void): () => void {
  const minute = minuteIn(at) ?? 0;
  let cancel = (): void => undefined;
  /** Up to here everything has run. */
  let done = clock.now() - graceMs;
  const look = (): void => {
    const now = clock.now();
    const zone = new ZoneTime(timeZone());
    const due = lastDue(minute, done, now, zone);
    if (due !== undefined) {
      done = now;
      run(new Date(zone.at(due).date).toISOString().slice(0, 'YYYY-MM-DD'.length));
    } else if (done > now) {
      // The clock was set back.
      done = now;
    }
    cancel = clock.after(Math.min(lookMs, Math.max(1000, nextTime(minute, done, zone) - now)), look);
  };
  look();
  return () => {
    cancel();
  };
}

/** The last moment between two at which the clock on the wall shows a minute of the day; of a machine that slept for days, of the last one. */
function lastDue(minute: number, after: number, until: number, zone: ZoneTime): number | undefined {
  let due = nextTime(minute, Math.max(after, until - 2 * dayMs), zone);
  if (due > until) return undefined;
  for (let next = due; next <= until; next = nextTime(minute, next, zone)) due = next;
  return due;
}
