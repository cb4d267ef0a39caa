import type { RuleCondition } from '../contracts/configs.ts';
import { lastingCues } from '../contracts/lasting-cues.ts';
import { isOffline, switchedOff, tamperKinds, type Cue, type StreamStatus } from '../contracts/messages.ts';
import type { Clock } from '../contracts/ports.ts';
import { captureTime } from './look.ts';
import type { Showing } from './showing.ts';

/** Sources of one area that are remembered. */
const sourceLimit = 256;

interface Lasting {
  kind: 'stream' | 'cue';
  label: string;
  /** The status itself, where the label is `offline`. */
  status: string;
  score: number;
  features?: Cue['features'];
  /** On the monotonic clock. */
  begun: number;
  /** Conditions that were said to hold. */
  told: Set<RuleCondition>;
}

/** Cues of this kind say how loud it is for long. */
const kindsThatLast: readonly unknown[] = [...tamperKinds, 'level'];

/**
 * A cue that says itself when it is over, by score 0: what rtsp-in says of tampering, and audio-classify of silence and
 * noise. All other cues are moments.
 */
export function isLastingCue({ cue, features }: Cue): boolean {
  return lastingCues.includes(cue) && kindsThatLast.includes(features.kind);
}

/** In which state every source of an area is, and for how long: told once, it lasts until it is said to be over. */
export class LastingStates {
  /** By source, then by kind and label. */
  readonly #sources = new Map<string, Map<string, Lasting>>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  accept(payload: StreamStatus | Cue): void {
    const known = this.#sources.get(payload.source) ?? new Map<string, Lasting>();
    const now = payload.kind === 'cue' ? this.#afterCue(payload, known) : this.#afterStatus(payload, known);
    const held = now.map((state) => {
      const before = known.get(keyOf(state));
      return [
        keyOf(state),
        before === undefined ? state : { ...state, begun: before.begun, told: before.told },
      ] as const;
    });
    this.#sources.delete(payload.source);
    this.#sources.set(payload.source, new Map(held));
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
      this.#reached(condition).filter(({ told }) => !told.has(condition)),
    );
    for (const { told, showing } of fresh) told.add(showing.condition);
    return fresh.map(({ showing }) => showing);
  }

  /** All that is so now, since when by the epoch. */
  get all(): { kind: 'stream' | 'cue'; label: string; source: string; since: number }[] {
    const offset = this.#clock.now() - this.#clock.monotonic();
    return [...this.#sources].flatMap(([source, held]) =>
      [...held.values()].map(({ kind, label, begun }) => ({ kind, label, source, since: begun + offset })),
    );
  }

  /** Whether a source is in a state that one of these conditions asks for, for however long. */
  holds(source: string, conditions: readonly { kind: string; label: string }[]): boolean {
    const held = this.#sources.get(source);
    return held !== undefined && conditions.some((condition) => held.has(keyOf(condition)));
  }

  /** Milliseconds until one of these conditions will next come to hold. */
  nextDueMs(conditions: readonly RuleCondition[]): number | undefined {
    const now = this.#clock.monotonic();
    const waits = conditions
      .flatMap((condition) => this.#meeting(condition).map(({ begun }) => begun + neededMs(condition) - now))
      .filter((wait) => wait > 0);
    return waits.length === 0 ? undefined : Math.min(...waits);
  }

  /** Streams are as they were, and so are other cues. */
  #afterCue(said: Cue, known: ReadonlyMap<string, Lasting>): Lasting[] {
    const { cue, score, features } = said;
    const others = [...known.values()].filter(({ kind, label }) => kind !== 'cue' || label !== cue);
    if (score === 0) return others;
    const begun = this.#begunAt(said);
    return [...others, { kind: 'cue', label: cue, status: cue, score, features, begun, told: new Set() }];
  }

  /**
   * Other states of the stream are over; what was said of the picture stays, even while the camera is away. Who was
   * switched off looks at nothing: what it said of its picture is no longer known.
   */
  #afterStatus(said: StreamStatus, known: ReadonlyMap<string, Lasting>): Lasting[] {
    const { status, repeated } = said;
    const begun = repeated === true ? this.#begunAt(said) : this.#clock.monotonic();
    const cues = [...known.values()].filter(({ kind }) => kind === 'cue' && !switchedOff.includes(status));
    const labels = isOffline(status) ? [status, 'offline'] : [status];
    const streams = labels.map((label): Lasting => ({
      kind: 'stream',
      label,
      status,
      score: 1,
      begun,
      told: new Set(),
    }));
    return [...cues, ...streams];
  }

  /** On the monotonic clock; what is said again may have begun long ago. */
  #begunAt({ capturedAt, repeated }: StreamStatus | Cue): number {
    const now = this.#clock.now();
    const since = repeated === true ? Math.min(now, capturedAt) : captureTime(capturedAt, now);
    return this.#clock.monotonic() - (now - since);
  }

  #reached(condition: RuleCondition): { told: Set<RuleCondition>; showing: Showing }[] {
    const needed = neededMs(condition);
    const { now, monotonic } = { now: this.#clock.now(), monotonic: this.#clock.monotonic() };
    return this.#meeting(condition)
      .filter(({ begun }) => monotonic - begun >= needed)
      .map(({ source, kind, label, status, score, features, begun, told }) => {
        const since = now - (monotonic - begun);
        const from = since + needed;
        const showing: Showing = {
          ...{ condition, signal: { kind, label, source, score, capturedAt: from } },
          ...{ from, to: Number.POSITIVE_INFINITY, seen: { n: 1, of: 1 }, state: { status, since } },
          ...(features === undefined ? {} : { features }),
        };
        return { told, showing };
      });
  }

  /** What is as the condition says, for however long. */
  #meeting(condition: RuleCondition): (Lasting & { source: string })[] {
    return [...this.#sources].flatMap(([source, held]) => {
      const lasting = held.get(keyOf(condition));
      return lasting === undefined || lasting.score < (condition.minimumScore ?? 0) ? [] : [{ source, ...lasting }];
    });
  }
}

function keyOf({ kind, label }: { kind: string; label: string }): string {
  return `${kind} ${label}`;
}

function neededMs(condition: RuleCondition): number {
  return (condition.forSeconds ?? 0) * 1000;
}
