import type { RuleCondition } from '../contracts/configs.ts';
import { isOffline, type StreamStatus } from '../contracts/messages.ts';
import type { Clock } from '../contracts/ports.ts';
import type { Showing } from './showing.ts';

/** Sources of one area that are remembered. */
const sourceLimit = 256;

interface SourceState {
  status: string;
  /** The states that hold now: `offline` and the status itself. */
  labels: Map<string, Lasting>;
}

interface Lasting {
  /** On the monotonic clock. */
  begun: number;
  /** The `forSeconds` that were reached and said. */
  told: Set<number>;
}

/** In which state every source of an area is, and for how long: told once, it lasts until the next status. */
export class StreamStates {
  readonly #sources = new Map<string, SourceState>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  accept({ source, status }: StreamStatus): void {
    const now = this.#clock.monotonic();
    const known = this.#sources.get(source);
    const labels = isOffline(status) ? [status, 'offline'] : [status];
    const lasting = (label: string): Lasting => known?.labels.get(label) ?? { begun: now, told: new Set() };
    this.#sources.delete(source);
    this.#sources.set(source, { status, labels: new Map(labels.map((label) => [label, lasting(label)])) });
    const [oldest] = this.#sources.keys();
    if (this.#sources.size > sourceLimit && oldest !== undefined) this.#sources.delete(oldest);
  }

  /** The sources that have been as the condition says for long enough. */
  find(condition: RuleCondition): Showing[] {
    return this.#reached(condition).map(({ showing }) => showing);
  }

  /** What `find` gives now and did not give before: a camera that stays away is news once. */
  findNew(conditions: readonly RuleCondition[]): Showing[] {
    const fresh = conditions.flatMap((condition) =>
      this.#reached(condition).filter(({ told }) => !told.has(condition.forSeconds ?? 0)),
    );
    for (const { told, showing } of fresh) told.add(showing.condition.forSeconds ?? 0);
    return fresh.map(({ showing }) => showing);
  }

  /** Whether a source is in one of these states now, for however long. */
  holds(source: string, labels: ReadonlySet<string>): boolean {
    const held = this.#sources.get(source)?.labels;
    return held !== undefined && [...labels].some((label) => held.has(label));
  }

  /** Milliseconds until one of these conditions will next come to hold. */
  nextDueMs(conditions: readonly RuleCondition[]): number | undefined {
    const waits = conditions
      .flatMap((condition) => this.#lasting(condition).map(({ lastedMs }) => neededMs(condition) - lastedMs))
      .filter((wait) => wait > 0);
    return waits.length === 0 ? undefined : Math.min(...waits);
  }

  #reached(condition: RuleCondition): { told: Set<number>; showing: Showing }[] {
    const needed = neededMs(condition);
    const now = this.#clock.now();
    return this.#lasting(condition)
      .filter(({ lastedMs }) => lastedMs >= needed)
      .map(({ source, status, lastedMs, told }) => {
        const from = now - (lastedMs - needed);
        const signal = { kind: 'stream', label: condition.label, source, score: 1, capturedAt: from } as const;
        const state = { status, since: now - lastedMs };
        const to = Number.POSITIVE_INFINITY;
        return { told, showing: { condition, signal, from, to, seen: { n: 1, of: 1 }, state } };
      });
  }

  #lasting({ kind, label }: RuleCondition): { source: string; status: string; lastedMs: number; told: Set<number> }[] {
    if (kind !== 'stream') return [];
    const now = this.#clock.monotonic();
    return [...this.#sources].flatMap(([source, { status, labels }]) => {
      const lasting = labels.get(label);
      return lasting === undefined ? [] : [{ source, status, lastedMs: now - lasting.begun, told: lasting.told }];
    });
  }
}

function neededMs(condition: RuleCondition): number {
  return (condition.forSeconds ?? 0) * 1000;
}
