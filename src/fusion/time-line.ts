import { isDeepStrictEqual } from 'node:util';
import { signalKinds, type RuleCondition, type SignalKind } from '../contracts/configs.ts';
import { fitting, isNarrow } from './condition-fit.ts';
import type { Look, Sighting } from './look.ts';
import { signalOf, type Showing } from './showing.ts';

/** Looks older than this no longer count as "the last" ones, as after a camera was away. */
const memoryMs = 120_000;
/** Looks ahead of now by more than this were taken before the clock was set back. */
const aheadMs = 1000;
/** What is shown again within this time goes on; a look at which it is missed does not end it. */
const goesOnMs = 3000;
/** Bounds of an area: a storm costs the oldest looks, never more memory. */
const looksPerTrack = 256;
const tracksPerArea = 64;

interface Track {
  kind: Look['kind'];
  source: string;
  looks: Look[];
}

const none: readonly Showing[] = [];

/** The latest looks of every source of one area, in order of capture however they arrive. */
export class TimeLine {
  /** By name; the one that was silent longest comes first. */
  readonly #tracks = new Map<string, Track>();
  /** The same tracks, in the same order. */
  readonly #ofKind = new Map<SignalKind, Set<Track>>(signalKinds.map((kind) => [kind, new Set()]));
  readonly #followed: readonly RuleCondition[];

  /** @param followed Conditions that ask for how long looks have shown them. */
  constructor(followed: readonly RuleCondition[] = []) {
    this.#followed = followed;
  }

  /** Looks that are remembered. */
  get size(): number {
    return [...this.#tracks.values()].reduce((sum, { looks }) => sum + looks.length, 0);
  }

  /**
   * @returns the looks whose meaning this one changes: itself, and those after it in its track when it came late; none
   * when it is known already, as when a message is delivered twice.
   */
  insert(look: Look, now: number): readonly Look[] {
    const track = this.#trackOf(look);
    const { looks } = track;
    forgetOld(looks, now);
    let place = looks.findLastIndex(({ capturedAt }) => capturedAt <= look.capturedAt) + 1;
    if (isKnown(look, looks, place - 1)) return [];
    looks.splice(place, 0, look);
    if (looks.length > looksPerTrack) {
      looks.splice(place === 0 ? 1 : 0, 1);
      place = Math.max(0, place - 1);
    }
    if (this.#followed.length > 0) this.#follow(looks, place);
    return place === looks.length - 1 ? [look] : looks.slice(place);
  }

  /** The looks captured in `from`..`to` at which a condition holds. */
  find(condition: RuleCondition, from: number, to: number): readonly Showing[] {
    let found: Showing[] | undefined;
    for (const { source, looks } of this.#ofKind.get(condition.kind) ?? []) {
      if (condition.source !== undefined && condition.source !== source) continue;
      let at = looks.length;
      while (at > 0 && (looks[at - 1]?.capturedAt ?? 0) >= from) at -= 1;
      for (; at < looks.length && (looks[at]?.capturedAt ?? 0) <= to; at += 1) {
        const showing = showingAt(looks, at, condition);
        if (showing !== undefined) (found ??= []).push(showing);
      }
    }
    return found ?? none;
  }

  /** The latest look that shows a label at all, however often or clearly; of one source, if it is named. */
  latest({ kind, label, source }: Pick<RuleCondition, 'kind' | 'label' | 'source'>): Look | undefined {
    let latest: Look | undefined;
    for (const track of this.#ofKind.get(kind) ?? []) {
      if (source !== undefined && track.source !== source) continue;
      const look = track.looks.findLast(({ sightings }) => sightings.has(label));
      if (look !== undefined && look.capturedAt > (latest?.capturedAt ?? -Infinity)) latest = look;
    }
    return latest;
  }

  /** Whether somebody looked, listened, or spoke of such a thing in `from`..`to`, whatever came of it. */
  isJudged({ kind, label, source }: RuleCondition, from: number, to: number): boolean {
    for (const track of this.#ofKind.get(kind) ?? []) {
      if (source !== undefined && track.source !== source) continue;
      const look = track.looks.findLast(({ capturedAt }) => capturedAt <= to);
      if (look !== undefined && look.capturedAt >= from && look.names?.includes(label) !== false) return true;
    }
    return false;
  }

  /** Looks of `from`..`to` that show something, in order of capture; those of one moment by their tracks. */
  within(from: number, to: number): Look[] {
    return [...this.#tracks.values()]
      .flatMap(({ looks }) => looks)
      .filter(({ capturedAt, sightings }) => sightings.size > 0 && capturedAt >= from && capturedAt <= to)
      .sort((a, b) => a.capturedAt - b.capturedAt || (a.track < b.track ? -1 : 1));
  }

  /** Every sound that fired in `from`..`to`, whether or not a rule asks for it. */
  sounds(from: number, to: number): Look[] {
    return [...(this.#ofKind.get('sound') ?? [])]
      .flatMap(({ looks }) => looks)
      .filter(({ capturedAt, sightings }) => sightings.size > 0 && capturedAt >= from && capturedAt <= to);
  }

  /** The track that was silent longest makes room. */
  #trackOf({ track: name, kind, source }: Look): Track {
    const track = this.#tracks.get(name) ?? { kind, source, looks: [] };
    this.#forget(name);
    this.#tracks.set(name, track);
    this.#ofKind.get(kind)?.add(track);
    const [silent] = this.#tracks.keys();
    if (this.#tracks.size > tracksPerArea && silent !== undefined) this.#forget(silent);
    return track;
  }

  #forget(name: string): void {
    const track = this.#tracks.get(name);
    if (track === undefined) return;
    this.#tracks.delete(name);
    this.#ofKind.get(track.kind)?.delete(track);
  }

  /** Writes into a look, and those after it, since when each followed condition has been shown without a gap. */
  #follow(looks: readonly Look[], from: number): void {
    for (let at = from; at < looks.length; at += 1) {
      const look = looks[at];
      if (look === undefined) continue;
      for (const condition of this.#followed) {
        if (condition.kind !== look.kind || fitting(look, condition) === undefined) continue;
        (look.shownSince ??= new Map()).set(condition, shownBefore(looks, at, condition) ?? look.capturedAt);
      }
    }
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

/** Since when the looks before this one have shown a condition; undefined when the last that did is too long ago. */
function shownBefore(looks: readonly Look[], at: number, condition: RuleCondition): number | undefined {
  const from = (looks[at]?.capturedAt ?? 0) - goesOnMs;
  for (let before = at - 1; before >= 0; before -= 1) {
    const look = looks[before];
    if (look === undefined || look.capturedAt < from) return undefined;
    const since = look.shownSince?.get(condition);
    if (since !== undefined) return since;
  }
  return undefined;
}

/** How a look of a track meets a condition, counting those before it; undefined when it does not. */
function showingAt(looks: readonly Look[], at: number, condition: RuleCondition): Showing | undefined {
  const look = looks[at];
  if (look === undefined) return undefined;
  const sighting = fitting(look, condition);
  if (sighting === undefined) return undefined;
  const seen = timesSeen(looks, at, condition, sighting);
  if (seen.n < (condition.rate?.times ?? condition.seenTimes?.n ?? 1)) return undefined;
  const since = look.shownSince?.get(condition);
  if (since !== undefined && look.capturedAt - since < (condition.forSeconds ?? 0) * 1000) return undefined;
  const { dbfs, goesOn, remark, features } = sighting;
  return {
    ...{ condition, signal: signalOf(look, sighting), from: look.capturedAt, to: look.capturedAt, seen, look },
    ...(since === undefined ? {} : { since }),
    ...(dbfs === undefined ? {} : { dbfs }),
    ...(goesOn === undefined ? {} : { goesOn }),
    ...(remark === undefined ? {} : { remark }),
    ...(features === undefined ? {} : { features }),
  };
}

const once = { n: 1, of: 1 };

/** How many of the last looks show it. A tracker saw an object more often than it let it through: its count holds too. */
function timesSeen(looks: readonly Look[], at: number, condition: RuleCondition, sighting: Sighting): Showing['seen'] {
  const { seenTimes, rate } = condition;
  if (rate === undefined && seenTimes === undefined) return tracked(once, sighting, condition, 1);
  const longest = rate === undefined ? Math.max(seenTimes?.n ?? 1, seenTimes?.of ?? 1) : looksPerTrack;
  const from = rate === undefined ? -Infinity : (looks[at]?.capturedAt ?? 0) - rate.seconds * 1000;
  let [n, of, first] = [0, 0, Infinity];
  for (let before = at; before >= 0 && of < longest; before -= 1) {
    const look = looks[before];
    if (look === undefined || look.capturedAt < from) break;
    of += 1;
    if (fitting(look, condition) === undefined) continue;
    n += 1;
    first = look.capturedAt;
  }
  return tracked({ n, of, first }, sighting, condition, longest);
}

function tracked(
  counted: Showing['seen'],
  { seen }: Sighting,
  condition: RuleCondition,
  longest: number,
): Showing['seen'] {
  if (seen === undefined || seen.of > longest || seen.n <= counted.n || isNarrow(condition)) return counted;
  return { ...counted, n: seen.n, of: seen.of };
}
