import { ZoneTime } from '../clock/zone-time.ts';
import type { SnoozeState } from '../contracts/ports.ts';
import type { Hold, Outgoing } from './outbox-row.ts';
import type { Person } from './people.ts';
import { quietUntil } from './quiet-hours.ts';
import { clockTime } from './text-template.ts';

/** Whatever is at least so severe is told at once, whoever sleeps. */
const alarm = 3;

/** Why a text waits, and for how long. */
export interface Held {
  hold: Hold;
  /** Epoch ms. */
  until: number;
  /** As a sentence. */
  why: string;
}

export interface RestraintOptions {
  people: readonly Person[];
  /** Of the site, as it is now; undefined: that of the machine. */
  timeZone: () => string | undefined;
  snooze?: SnoozeState | undefined;
}

/** What is not told now: quiet hours of people, and alerts that somebody has snoozed. Alarms always are. */
export class Restraint {
  readonly #options: RestraintOptions;
  readonly #people: ReadonlyMap<string, Person>;
  #zone: { name: string; time: ZoneTime } | undefined;

  constructor(options: RestraintOptions) {
    this.#options = options;
    this.#people = new Map(options.people.map((person) => [person.address, person]));
  }

  /** Whether somebody wants nothing of this severity at a moment (epoch ms). */
  isQuiet({ quiet }: Person, severity: number, at: number): boolean {
    return quiet !== undefined && severity < alarm && quietUntil(quiet, at, this.#zoneTime()) !== undefined;
  }

  /** Why a text is not to be sent now, and until when; undefined: it goes. */
  heldOf(row: Pick<Outgoing, 'recipient' | 'severity' | 'area'>, now: number): Held | undefined {
    if (row.severity >= alarm) return undefined;
    const snoozed = this.snoozedUntil(row.area, row.severity);
    const quiet = this.#people.get(row.recipient)?.quiet;
    const until = quiet === undefined ? undefined : quietUntil(quiet, now, this.#zoneTime());
    if (until !== undefined && until >= (snoozed ?? 0)) {
      return { hold: 'quiet', until, why: `Quiet hours until ${this.#clock(until)}.` };
    }
    if (snoozed === undefined || snoozed <= now) return undefined;
    return { hold: 'snooze', until: snoozed, why: `Snoozed until ${this.#clock(snoozed)}.` };
  }

  /** Until when alerts of an area are snoozed, in epoch ms. */
  snoozedUntil(area: string, severity: number): number | undefined {
    return severity >= alarm ? undefined : this.#options.snooze?.until(area);
  }

  #clock(at: number): string {
    return clockTime(at, { timeZone: this.#options.timeZone() });
  }

  #zoneTime(): ZoneTime {
    const name = this.#options.timeZone() ?? '';
    if (this.#zone?.name !== name) this.#zone = { name, time: new ZoneTime(name) };
    return this.#zone.time;
  }
}
