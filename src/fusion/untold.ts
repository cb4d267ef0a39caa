import type { ZoneTime } from '../clock/zone-time.ts';
import { capitalised, words } from './condition-words.ts';
import { reasonOf, type Match } from './matching.ts';
import type { OffDuty, WhyUntold } from './duty.ts';

/** What was not told longer ago than this needs no mention. */
const worthMentionMs = 60_000;

interface Episode {
  name: string;
  severity: number;
  /** Epoch ms of the first signal. */
  since: number;
  /** Epoch ms. */
  last: number;
  words: string;
}

/** What one area would have told, had its rule counted: for the explanation of what is told, and to be counted. */
export class Untold {
  readonly #quietMs: number;
  readonly #count: (why: WhyUntold) => void;
  readonly #zone: ZoneTime;
  /** By rule, of which there are at most a hundred, and by why. */
  readonly #episodes = new Map<string, Episode>();

  constructor(quietMs: number, zone: ZoneTime, count: (why: WhyUntold) => void) {
    this.#zone = zone;
    this.#quietMs = quietMs;
    this.#count = count;
  }

  /** What goes on without a quiet time in between counts once. */
  note(match: Match, { why, words: because }: OffDuty, now: number): void {
    const key = `${match.rule.id} ${why}`;
    const known = this.#episodes.get(key);
    const since = Math.min(...match.showings.map(({ signal }) => signal.capturedAt));
    if (known !== undefined && now - known.last < this.#quietMs) {
      Object.assign(known, { last: now, words: because });
      return;
    }
    const name = match.rule.label ?? capitalised(words(reasonOf(match)));
    this.#episodes.delete(key);
    this.#episodes.set(key, { name, severity: match.severity, since, last: now, words: because });
    this.#count(why);
  }

  /** Sentences on what lies around a moment, epoch ms. */
  sentences(at: number): string[] {
    const near = [...this.#episodes.values()].filter(({ last }) => Math.abs(at - last) <= worthMentionMs);
    return near.map(
      ({ name, severity, since, words: because }) =>
        `Not told: ${name} (severity ${severity}) at ${this.#zone.clock(since)}, because ${because}.`,
    );
  }
}
