import type { SunTimes } from '../clock/sun.ts';
import type { WallTime } from '../clock/zone-time.ts';
import type { RuleHours } from '../contracts/configs/rules/when.ts';
import { weekdays, type Weekday } from '../contracts/modes.ts';

const dayMinutes = 1440;

/** Whether a moment lies within the days and hours of a rule. What goes on after midnight belongs to the day before. */
export function isWithin({ days, from, to }: RuleHours, { day, minute }: WallTime, sun?: SunTimes): boolean {
  const isOn = (one: Weekday): boolean => days === undefined || days.includes(one);
  const begin = minuteOf(from, 0, sun);
  const end = minuteOf(to, dayMinutes, sun);
  if (begin < end) return isOn(day) && minute >= begin && minute < end;
  return (isOn(day) && minute >= begin) || (isOn(dayBefore(day)) && minute < end);
}

/** Such as "Mon, Tue from 22:00 to 06:00". */
export function hoursWords({ days, from, to }: RuleHours): string {
  const named =
    days === undefined
      ? 'every day'
      : weekdays
          .filter((day) => days.includes(day))
          .map(dayName)
          .join(', ');
  return from === undefined && to === undefined ? named : `${named} from ${from ?? '00:00'} to ${to ?? '24:00'}`;
}

/** Whether hours begin or end with the sun. */
export function asksForSun({ from = '', to = '' }: RuleHours): boolean {
  return from.startsWith('sun') || to.startsWith('sun');
}

function minuteOf(time: string | undefined, unset: number, sun: SunTimes | undefined): number {
  if (time === undefined) return unset;
  const { event, offset = '0' } = /^(?<event>sunrise|sunset)(?<offset>[+-]\d+)?$/.exec(time)?.groups ?? {};
  if (event !== undefined) {
    const at = sun?.[event as keyof SunTimes] ?? unset;
    return Math.min(dayMinutes, Math.max(0, at + Number(offset)));
  }
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

function dayBefore(day: Weekday): Weekday {
  return weekdays.at(weekdays.indexOf(day) - 1) ?? day;
}

function dayName(day: Weekday): string {
  return day.charAt(0).toUpperCase() + day.slice(1);
}
