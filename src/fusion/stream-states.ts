import type { RuleCondition } from '../contracts/configs.ts';
import type { StreamStatus } from '../contracts/messages.ts';
import type { Clock } from '../contracts/ports.ts';
import type { Showing } from './showing.ts';

/** Statuses of a source that works, or that somebody switched off: all others together are "offline". */
const notOffline: ReadonlySet<string> = new Set(['connected', 'idle', 'paused', 'stopped']);

/** Sources of one area that are remembered. */
const sourceLimit = 256;

interface SourceState {
  status: string;
  /** When each state that holds now began, on the monotonic clock: `offline` and the status itself. */
  since: Map<string, number>;
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
    const labels = notOffline.has(status) ? [status] : [status, 'offline'];
    const since = new Map(labels.map((label) => [label, known?.since.get(label) ?? now]));
    this.#sources.delete(source);
    this.#sources.set(source, { status, since });
    const [oldest] = this.#sources.keys();
    if (this.#sources.size > sourceLimit && oldest !== undefined) this.#sources.delete(oldest);
  }

  /** The sources that have been as the condition says for long enough. */
  find(condition: RuleCondition): Showing[] {
    if (condition.kind !== 'stream') return [];
    const needed = neededMs(condition);
    const now = this.#clock.now();
    return this.#lasting(condition)
      .filter(({ lastedMs }) => lastedMs >= needed)
      .map(({ source, status, lastedMs }) => {
        const from = now - (lastedMs - needed);
        const signal = { kind: 'stream', label: condition.label, source, score: 1, capturedAt: from } as const;
        const state = { status, since: now - lastedMs };
        return { condition, signal, from, to: Number.POSITIVE_INFINITY, seen: { n: 1, of: 1 }, state };
      });
  }

  /** Milliseconds until one of these conditions will next come to hold. */
  nextDueMs(conditions: readonly RuleCondition[]): number | undefined {
    const waits = conditions
      .flatMap((condition) => this.#lasting(condition).map(({ lastedMs }) => neededMs(condition) - lastedMs))
      .filter((wait) => wait > 0);
    return waits.length === 0 ? undefined : Math.min(...waits);
  }

  #lasting({ label }: RuleCondition): { source: string; status: string; lastedMs: number }[] {
    const now = this.#clock.monotonic();
    return [...this.#sources].flatMap(([source, { status, since }]) => {
      const begun = since.get(label);
      return begun === undefined ? [] : [{ source, status, lastedMs: now - begun }];
    });
  }
}

function neededMs(condition: RuleCondition): number {
  return (condition.forSeconds ?? 0) * 1000;
}
