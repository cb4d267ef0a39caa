import type { ZoneTime } from '../clock/zone-time.ts';
import type { Incident, IncidentSignal } from '../contracts/messages.ts';

/** What a summary lists at most; the rest is counted. */
const [mostNames, mostSignals, mostSources] = [12, 64, 64];

/** The incidents of one area and severity that were too many to be told one by one. */
export class MoreIncidents {
  readonly #first: Incident;
  readonly #perHour: number;
  readonly #clock: ZoneTime['clock'];
  /** How many of each kind. */
  readonly #names = new Map<string, number>();
  readonly #sources = new Set<string>();
  readonly #signals: IncidentSignal[] = [];
  #total = 0;
  #unnamed = 0;

  constructor(first: Incident, perHour: number, zone: ZoneTime) {
    this.#clock = zone.clock;
    this.#first = first;
    this.#perHour = perHour;
  }

  add({ label, sources, signals }: Incident): void {
    this.#total += 1;
    const times = this.#names.get(label);
    if (times !== undefined || this.#names.size < mostNames) this.#names.set(label, (times ?? 0) + 1);
    else this.#unnamed += 1;
    for (const source of sources) if (this.#sources.size < mostSources) this.#sources.add(source);
    this.#signals.push(...signals.slice(0, Math.max(0, mostSignals - this.#signals.length)));
  }

  /** It is told by itself after all. */
  forget({ label }: Incident): void {
    this.#total -= 1;
    const times = this.#names.get(label);
    if (times === undefined) this.#unnamed -= 1;
    else if (times > 1) this.#names.set(label, times - 1);
    else this.#names.delete(label);
  }

  /** One incident that stands for all of them, begun and ended; nothing where all were told by themselves. */
  messages(id: string, now: number): Incident[] {
    if (this.#total <= 0) return [];
    const { severity, startedAt } = this.#first;
    const many = `${this.#total} more ${this.#total === 1 ? 'incident' : 'incidents'} of severity ${severity}`;
    const named = [...this.#names].sort((a, b) => b[1] - a[1]).map(([name, n]) => (n === 1 ? name : `${name} (${n})`));
    const others = this.#unnamed === 0 ? [] : [`others (${this.#unnamed})`];
    const at = Math.max(startedAt, now);
    const start: Incident = {
      ...this.#first,
      ...{ id, seq: 0, phase: 'start', reason: 'more_incidents', capturedAt: at, updatedAt: at },
      ...{ sources: [...this.#sources], signals: this.#signals },
      label: `${many} since ${this.#clock(startedAt).slice(0, 5)}`,
      explanation: [
        `${many} since ${this.#clock(startedAt)}: ${[...named, ...others].join(', ')}.`,
        `At most ${this.#perHour} of one area and severity are told within an hour; alarms always are.`,
      ],
    };
    return [start, { ...start, seq: 1, phase: 'end', endedAt: at }];
  }
}
