import type { ZoneTime } from '../clock/zone-time.ts';
import type { Incident } from '../contracts/messages.ts';
import type { Clock } from '../contracts/ports.ts';
import { MoreIncidents } from './more-incidents.ts';

const hourMs = 3_600_000;
/** Incidents that are followed while they are not told. */
const mostFollowed = 500;
/** Areas and severities that are counted; those that tell nothing make room. */
const mostCounts = 512;
/** Alarms are always told. */
const neverCapped = 3;

export interface RateCapOptions {
  /** Incidents of one area and severity that are told within an hour; 0: all. */
  perHour: number;
  clock: Clock;
  zone: ZoneTime;
  newId: () => string;
  tell: (incident: Incident) => void;
  /** Told of each incident that becomes part of a summary. */
  capped: (incident: Incident) => void;
}

/** What is told of one area and severity. */
interface Count {
  /** When incidents were told, on the monotonic clock. */
  told: number[];
  /** What was not told since, until its summary is. */
  more: MoreIncidents | undefined;
  cancel: () => void;
}

/** Keeps a storm of incidents from becoming a storm of alerts: what is too much comes as one summary, never as silence. */
export class RateCap {
  readonly #options: RateCapOptions;
  readonly #counts = new Map<string, Count>();
  /** Incidents that are not told, by id: as they were when that was decided, and the summary that they are part of. */
  readonly #capped = new Map<string, { incident: Incident; more: MoreIncidents }>();

  constructor(options: RateCapOptions) {
    this.#options = options;
  }

  pass(incident: Incident): void {
    const { perHour, tell } = this.#options;
    const { id, phase, severity } = incident;
    const capped = this.#capped.get(id);
    if (perHour === 0 || (capped === undefined && phase !== 'start')) tell(incident);
    else if (capped === undefined) this.#admit(incident);
    else if (severity > capped.incident.severity) {
      capped.more.forget(capped.incident);
      this.#capped.delete(id);
      // Nobody heard of it yet.
      this.#admit({ ...incident, phase: 'start' });
    } else if (phase === 'end') this.#capped.delete(id);
  }

  /** Tells the summaries now: the flow stops. */
  close(): void {
    for (const count of this.#counts.values()) this.#summarise(count);
    this.#counts.clear();
    this.#capped.clear();
  }

  #admit(incident: Incident): void {
    const { clock, perHour, tell, capped } = this.#options;
    if (incident.severity >= neverCapped) {
      tell(incident);
      return;
    }
    const now = clock.monotonic();
    const count = this.#countOf(`${incident.severity} ${incident.area}`);
    count.told = count.told.filter((at) => now - at < hourMs);
    if (count.more === undefined && count.told.length < perHour) {
      count.told.push(now);
      tell(incident);
      return;
    }
    count.more ??= this.#begin(count, incident, (count.told[0] ?? now) + hourMs - now);
    count.more.add(incident);
    this.#capped.set(incident.id, { incident, more: count.more });
    const [oldest] = this.#capped.keys();
    if (this.#capped.size > mostFollowed && oldest !== undefined) this.#capped.delete(oldest);
    capped(incident);
  }

  #begin(count: Count, first: Incident, ms: number): MoreIncidents {
    count.cancel = this.#options.clock.after(ms, () => {
      this.#summarise(count);
    });
    return new MoreIncidents(first, this.#options.perHour, this.#options.zone);
  }

  #summarise(count: Count): void {
    const { clock, newId, tell } = this.#options;
    count.cancel();
    const { more } = count;
    count.more = undefined;
    for (const message of more?.messages(newId(), clock.now()) ?? []) tell(message);
  }

  #countOf(key: string): Count {
    const count = this.#counts.get(key) ?? { told: [], more: undefined, cancel: () => undefined };
    this.#counts.delete(key);
    this.#counts.set(key, count);
    if (this.#counts.size > mostCounts) {
      const idle = [...this.#counts].find(([, { more }]) => more === undefined);
      if (idle !== undefined) this.#counts.delete(idle[0]);
    }
    return count;
  }
}
