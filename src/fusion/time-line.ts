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
  readonly #tracks = new Map<string, Look[]>();

  /** Looks that are remembered. */
  get size(): number {
    return [...this.#tracks.values()].reduce((sum, looks) => sum + looks.length, 0);
  }

  /** @returns the looks whose meaning this one changes: itself, and those after it in its track when it came late. */
  insert(look: Look, now: number): Look[] {
    const looks = (this.#tracks.get(look.track) ?? [])
      .filter(({ capturedAt }) => capturedAt >= now - memoryMs && capturedAt <= now + aheadMs)
      .slice(1 - looksPerTrack);
    const before = looks.findLastIndex(({ capturedAt }) => capturedAt <= look.capturedAt);
    looks.splice(before + 1, 0, look);
    this.#keep(look.track, looks);
    return looks.slice(before + 1);
  }

  /** The looks captured in `from`..`to` at which a condition holds. */
  find(condition: RuleCondition, from: number, to: number): Showing[] {
    return this.#tracksOf(condition.kind).flatMap((looks) =>
      (looks.at(-1)?.capturedAt ?? 0) < from ? [] : showingsOf(looks, condition, from, to),
    );
  }

  /** The latest look that shows a label at all, however often or clearly. */
  latest(kind: RuleCondition['kind'], label: string): Look | undefined {
    return this.#tracksOf(kind)
      .map((looks) => looks.findLast((look) => look.sightings.has(label)))
      .filter((look) => look !== undefined)
      .reduce<Look | undefined>((a, b) => (a !== undefined && a.capturedAt >= b.capturedAt ? a : b), undefined);
  }

  /** Every sound that fired in `from`..`to`, whether or not a rule asks for it. */
  sounds(from: number, to: number): Look[] {
    return this.#tracksOf('sound')
      .flat()
      .filter(({ capturedAt, sightings }) => sightings.size > 0 && capturedAt >= from && capturedAt <= to);
  }

  #tracksOf(kind: RuleCondition['kind']): Look[][] {
    return [...this.#tracks.values()].filter((looks) => looks[0]?.kind === kind);
  }

  /** The track that was silent longest makes room. */
  #keep(track: string, looks: Look[]): void {
    this.#tracks.delete(track);
    this.#tracks.set(track, looks);
    const [silent] = this.#tracks.keys();
    if (this.#tracks.size > tracksPerArea && silent !== undefined) this.#tracks.delete(silent);
  }
}

function confirmationOf({ seenTimes, rate }: RuleCondition): { n: number; of: number; seconds?: number } {
  if (rate !== undefined) return { n: rate.times, of: looksPerTrack, seconds: rate.seconds };
  const { n, of } = seenTimes ?? { n: 1, of: 1 };
  return { n, of: Math.max(n, of) };
}

/** Walks one track and counts its last looks. A tracker saw an object more often than it let it through: its count holds too. */
function showingsOf(looks: readonly Look[], condition: RuleCondition, from: number, to: number): Showing[] {
  const rule = confirmationOf(condition);
  const confirmer = new Confirmer(rule);
  const found: Showing[] = [];
  for (const look of looks) {
    if (look.capturedAt > to) break;
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
  return found;
}

function shown(look: Look, { label, minimumScore }: RuleCondition): Sighting | undefined {
  const sighting = look.sightings.get(label);
  return sighting !== undefined && sighting.score >= (minimumScore ?? 0) ? sighting : undefined;
}
