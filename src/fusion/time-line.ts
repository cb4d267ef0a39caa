import { isDeepStrictEqual } from 'node:util';
import { Confirmer } from '../confirmation/confirmer.ts';
import type { RuleCondition } from '../contracts/configs.ts';
import type { Look, Sighting } from './look.ts';
import { signalOf, type Showing } from './showing.ts';

/** Looks older than this no longer count as "the last" ones, as after a camera was away. */
const memoryMs = 120_000;
/** Looks ahead of now by more than this were taken before the clock was set back. */
const aheadMs = 1000;
/** Bounds of an area: a storm costs the oldest looks, never more memory. */
const looksPerTrack = 256;
const tracksPerArea = 64;

/** The latest looks of every source of one area, in order of capture however they arrive. */
export class TimeLine {
  /** The track that was silent longest first. */
  readonly #tracks = new Map<string, Look[]>();
  readonly #byKind = new Map<Look['kind'], Set<Look[]>>();

  /** Looks that are remembered. */
  get size(): number {
    return [...this.#tracks.values()].reduce((sum, looks) => sum + looks.length, 0);
  }

  /**
   * @returns the looks whose meaning this one changes: itself, and those after it in its track when it came late; none
   * when it is known already, as when a message is delivered twice.
   */
  insert(look: Look, now: number): Look[] {
    const looks = this.#trackOf(look);
    forgetOld(looks, now);
    const before = looks.findLastIndex(({ capturedAt }) => capturedAt <= look.capturedAt);
    if (isKnown(look, looks, before)) return [];
    looks.splice(before + 1, 0, look);
    const isFull = looks.length > looksPerTrack;
    if (isFull) looks.splice(before === -1 ? 1 : 0, 1);
    return looks.slice(isFull ? Math.max(0, before) : before + 1);
  }

  /** The looks captured in `from`..`to` at which a condition holds. */
  find(condition: RuleCondition, from: number, to: number): Showing[] {
    const found: Showing[] = [];
    for (const looks of this.#tracksOf(condition.kind)) collectShowings(found, looks, condition, from, to);
    return found;
  }

  /** The latest look that shows a label at all, however often or clearly. */
  latest(kind: RuleCondition['kind'], label: string): Look | undefined {
    return [...this.#tracksOf(kind)]
      .map((looks) => looks.findLast((look) => look.sightings.has(label)))
      .filter((look) => look !== undefined)
      .reduce<Look | undefined>((a, b) => (a !== undefined && a.capturedAt >= b.capturedAt ? a : b), undefined);
  }

  /** Every sound that fired in `from`..`to`, whether or not a rule asks for it. */
  sounds(from: number, to: number): Look[] {
    return [...this.#tracksOf('sound')]
      .flat()
      .filter(({ capturedAt, sightings }) => sightings.size > 0 && capturedAt >= from && capturedAt <= to);
  }

  #tracksOf(kind: RuleCondition['kind']): Iterable<Look[]> {
    return kind === 'stream' ? [] : (this.#byKind.get(kind) ?? []);
  }

  /** The track that was silent longest makes room for a new one. */
  #trackOf({ track, kind }: Look): Look[] {
    const looks = this.#tracks.get(track) ?? [];
    this.#tracks.delete(track);
    this.#tracks.set(track, looks);
    const ofKind = this.#byKind.get(kind) ?? new Set();
    this.#byKind.set(kind, ofKind.add(looks));
    const [silent] = this.#tracks;
    if (this.#tracks.size > tracksPerArea && silent !== undefined) {
      this.#tracks.delete(silent[0]);
      for (const tracks of this.#byKind.values()) tracks.delete(silent[1]);
    }
    return looks;
  }
}

/** Looks are in order of capture: what is too old stands first, what a clock set back left ahead of now last. */
function forgetOld(looks: Look[], now: number): void {
  const kept = looks.findIndex(({ capturedAt }) => capturedAt >= now - memoryMs);
  if (kept !== 0) looks.splice(0, kept === -1 ? looks.length : kept);
  while ((looks.at(-1)?.capturedAt ?? now) > now + aheadMs) looks.pop();
}

/** Whether one of the looks up to a place, captured at the same moment, shows the very same. */
function isKnown(look: Look, looks: readonly Look[], place: number): boolean {
  for (let at = place; looks[at]?.capturedAt === look.capturedAt; at -= 1) {
    if (isDeepStrictEqual(looks[at]?.sightings, look.sightings)) return true;
  }
  return false;
}

function confirmationOf({ seenTimes, rate }: RuleCondition): { n: number; of: number; seconds?: number } {
  if (rate !== undefined) return { n: rate.times, of: looksPerTrack, seconds: rate.seconds };
  const { n, of } = seenTimes ?? { n: 1, of: 1 };
  return { n, of: Math.max(n, of) };
}

/** Where the looks begin that have a say in what holds at `from`. */
function reachOf(looks: readonly Look[], { of, seconds }: ReturnType<typeof confirmationOf>, from: number): number {
  const first = looks.findLastIndex(({ capturedAt }) => capturedAt < from) + 1;
  if (seconds === undefined) return Math.max(0, first + 1 - of);
  return looks.findLastIndex(({ capturedAt }) => capturedAt < from - seconds * 1000) + 1;
}

/** Walks one track and counts its last looks. A tracker saw an object more often than it let it through: its count holds too. */
function collectShowings(
  found: Showing[],
  looks: readonly Look[],
  condition: RuleCondition,
  from: number,
  to: number,
): void {
  if ((looks.at(-1)?.capturedAt ?? 0) < from) return;
  const rule = confirmationOf(condition);
  const confirmer = new Confirmer(rule);
  for (let at = reachOf(looks, rule, from); at < looks.length; at += 1) {
    const look = looks[at];
    if (look === undefined || look.capturedAt > to) break;
    const sighting = shown(look, condition);
    const counted = confirmer.add(look.capturedAt, sighting !== undefined);
    if (sighting === undefined || look.capturedAt < from) continue;
    const tracked = sighting.seen !== undefined && sighting.seen.of <= rule.of ? sighting.seen : counted;
    const seen = tracked.n > counted.n ? tracked : counted;
    if (seen.n < rule.n) continue;
    found.push({
      condition,
      signal: signalOf(look, sighting),
      from: look.capturedAt,
      to: look.capturedAt,
      seen: { n: seen.n, of: seen.of },
      look,
      ...(sighting.dbfs === undefined ? {} : { dbfs: sighting.dbfs }),
      ...(sighting.goesOn === undefined ? {} : { goesOn: sighting.goesOn }),
      ...(sighting.remark === undefined ? {} : { remark: sighting.remark }),
      ...(sighting.features === undefined ? {} : { features: sighting.features }),
    });
  }
}

function shown(look: Look, { label, minimumScore }: RuleCondition): Sighting | undefined {
  const sighting = look.sightings.get(label);
  return sighting !== undefined && sighting.score >= (minimumScore ?? 0) ? sighting : undefined;
}
