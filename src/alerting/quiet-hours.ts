import type { ZoneTime } from '../clock/zone-time.ts';

const dayMinutes = 24 * 60;
const minuteMs = 60_000;

/** Hours of every day in which somebody wants alarms only. Minutes since midnight; they may span it. */
export interface QuietHours {
  from: number;
  to: number;
}

/** Minutes since midnight of a time such as 22:00; undefined for what is none. */
export function minuteIn(typed: string): number | undefined {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(typed) ?? [];
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes);
}

/** When quiet hours that hold at a moment end, in epoch ms; undefined when they do not hold. */
export function quietUntil({ from, to }: QuietHours, at: number, zone: ZoneTime): number | undefined {
  const since = (zone.at(at).minute - from + dayMinutes) % dayMinutes;
  const lasts = (to - from + dayMinutes) % dayMinutes;
  if (since >= lasts) return undefined;
  return nextTime(to, at, zone);
}

/** The next moment after `at` at which the clock on the wall shows a minute of the day. */
export function nextTime(minute: number, at: number, zone: ZoneTime): number {
  const whole = Math.floor(at / minuteMs) * minuteMs;
  const ahead = (minute - zone.at(at).minute + dayMinutes) % dayMinutes || dayMinutes;
  const then = whole + ahead * minuteMs;
  // Summer time may begin or end on the way; an hour that it leaves out ends when it is over.
  const off = ((zone.at(then).minute - minute + dayMinutes * 1.5) % dayMinutes) - dayMinutes / 2;
  const corrected = then - off * minuteMs;
  return corrected > at && zone.at(corrected).minute === minute ? corrected : then;
}
