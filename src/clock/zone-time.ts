import { weekdays, type Weekday } from '../contracts/modes.ts';

/** What the clock on the wall shows. */
export interface WallTime {
  day: Weekday;
  /** Since midnight by that clock: 0 to 1439. */
  minute: number;
  /** The date, as its midnight in UTC: epoch ms. */
  date: number;
}

/** The clock on the wall of a time zone; Intl knows its summer time. */
export class ZoneTime {
  readonly #format: Intl.DateTimeFormat;
  readonly #clock: Intl.DateTimeFormat;
  /** Of the last minute that was asked for: signals come many times a second. */
  #known = { minute: NaN, time: { day: 'mon', minute: 0, date: 0 } as WallTime };

  /** @param timeZone such as Europe/Berlin; empty: that of the machine. @throws RangeError when there is none of this name */
  constructor(timeZone: string) {
    const zone = timeZone === '' ? {} : { timeZone };
    const hours = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
    this.#format = new Intl.DateTimeFormat('en-GB', {
      ...{ ...zone, ...hours, weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit' },
    });
    this.#clock = new Intl.DateTimeFormat('en-GB', { ...zone, ...hours, second: '2-digit', fractionalSecondDigits: 1 });
  }

  /** Such as 12:00:03.4. @param at epoch ms */
  readonly clock = (at: number): string => this.#clock.format(at);

  /** @param at epoch ms */
  at(at: number): WallTime {
    const minute = Math.floor(at / 60_000);
    if (minute !== this.#known.minute) this.#known = { minute, time: this.#read(at) };
    return this.#known.time;
  }

  #read(at: number): WallTime {
    const parts = new Map(this.#format.formatToParts(at).map(({ type, value }) => [type, value]));
    const name = parts.get('weekday')?.toLowerCase();
    const minute = Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
    const date = Date.UTC(Number(parts.get('year')), Number(parts.get('month')) - 1, Number(parts.get('day')));
    return { day: weekdays.find((day) => day === name) ?? 'mon', minute, date };
  }
}
