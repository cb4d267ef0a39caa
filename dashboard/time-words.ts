/** Times as people say them, in the zone of whoever looks. All are epoch milliseconds. */
export interface TimeWords {
  /** 10:31 */
  clock: (at: number) => string;
  /** 10:31:04 */
  exact: (at: number) => string;
  /** Saturday, 21 November 2026 at 10:31:04 */
  full: (at: number) => string;
  /** 2 minutes ago; nothing more precise than it is of use. */
  relative: (at: number, now: number) => string;
  /** Today, yesterday, or the date. */
  day: (at: number, now: number) => string;
  /** 34 s, 2 min 5 s, 1 h 20 min */
  duration: (ms: number) => string;
}

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];

/** @param timeZone that of the browser when absent */
export function timeWords(language: string, timeZone?: string): TimeWords {
  const zone = timeZone === undefined ? {} : { timeZone };
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language, { ...options, ...zone });
  const clock = format({ timeStyle: 'short' });
  const exact = format({ timeStyle: 'medium' });
  const full = format({ dateStyle: 'full', timeStyle: 'medium' });
  const date = format({ weekday: 'long', day: 'numeric', month: 'long' });
  const dateWithYear = format({ day: 'numeric', month: 'long', year: 'numeric' });
  const calendar = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit', ...zone });
  const since = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  /** Days from one to the other by the calendar, not by 24 hours: yesterday evening is yesterday. */
  const daysBetween = (from: number, to: number) =>
    Math.round((Date.parse(calendar.format(to)) - Date.parse(calendar.format(from))) / dayMs);
  const capital = (text: string) => text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
  return {
    clock: (at) => clock.format(at),
    exact: (at) => exact.format(at),
    full: (at) => full.format(at),
    relative: (at, now) => {
      // A clock of the server that runs a little ahead is no reason to speak of the future.
      const age = Math.max(0, now - at);
      if (age < minuteMs) return since.format(0, 'second');
      if (age < hourMs) return since.format(-Math.floor(age / minuteMs), 'minute');
      if (age < dayMs) return since.format(-Math.floor(age / hourMs), 'hour');
      return since.format(-daysBetween(at, now), 'day');
    },
    day: (at, now) => {
      const days = daysBetween(at, now);
      if (days <= 0) return capital(since.format(0, 'day'));
      if (days === 1) return capital(since.format(-1, 'day'));
      return days < 180 ? date.format(at) : dateWithYear.format(at);
    },
    duration: (ms) => {
      const seconds = Math.max(0, Math.round(ms / 1000));
      if (seconds < 60) return `${seconds} s`;
      const minutes = Math.floor(seconds / 60);
      if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
      return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
    },
  };
}
