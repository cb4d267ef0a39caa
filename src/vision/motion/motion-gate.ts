import type { Box, DetectedObject, Frame } from '../../contracts/messages.ts';
import type { Clock, Picture } from '../../contracts/ports.ts';
import { iou } from '../../geometry/boxes.ts';
import { RecentSources } from '../../confirmation/recent-sources.ts';
import type { Component } from './components.ts';
import { MotionWatch, type Motion } from './motion-watch.ts';
import { regionsOf } from './regions.ts';

/** Seconds for which an object that was found is believed to be there still: detectors miss people who stand there. */
const aliveFor = 5;
/** Motion that stops is looked at a little longer, for those who confirm what they saw. */
const lingerFor = 1;
/** Where an object was lost is looked at closely for so long. */
const lostFor = 2;
/** So many at a time, the latest. */
const mostLost = 4;
/** Where a box overlaps by more (IoU), nothing was lost. */
const sameOverlap = 0.2;
/** What is further from the picture before starts anew: a camera was away. Bounds what a foreign clock can do. */
const longestStep = 2;

export interface MotionGateOptions {
  clock: Clock;
  /** A picture is looked at after so many seconds whatever moves. */
  heartbeatSeconds: number;
  /** Whether something of a source is followed: then its pictures are looked at, also when nothing moves. */
  isFollowing?: (source: string) => boolean;
}

/** Why a picture is looked at. */
export type LookReason = 'first' | 'motion' | 'light' | 'object' | 'heartbeat';

export interface Glance {
  /** Undefined: nothing moves, and nothing is there; nobody has to look. */
  why: LookReason | undefined;
  /** Where to look closely, 0..1 of the picture, the most urgent first. */
  regions: Box[];
  /** Something moves, or everything changed at once. */
  moves: boolean;
  /** Share of the picture that differs from what it usually shows, 0..1, also by the light. */
  changed: number;
}

interface Watched {
  watch: MotionWatch;
  capturedAt: number;
  arrivedAt: number;
  /** Seconds of its own: those of its pictures, or of our clock where that went further. */
  now: number;
  movedAt: number;
  lookedAt: number;
  seenAt: number;
  /** A look that was due and was dropped. */
  owed: LookReason | undefined;
  objects: readonly DetectedObject[];
  lost: { box: Box; at: number }[];
  looks: number;
  saved: number;
}

/** Decides which pictures of many sources are worth a detector's look. */
export class MotionGate {
  readonly #options: MotionGateOptions;
  readonly #sources = new RecentSources(begin);

  constructor(options: MotionGateOptions) {
    this.#options = options;
  }

  /**
   * @param position Seconds from the start of a recording that is played faster than it was made.
   * @throws SentinelError ES_BAD_INPUT when the picture is not whole rgb24.
   */
  glance(frame: Pick<Frame, 'source' | 'capturedAt' | 'zones'>, picture: Picture, position?: number): Glance {
    const watched = this.#sources.of(frame.source);
    const seconds = this.#pass(watched, position === undefined ? frame.capturedAt : position * 1000);
    const motion = watched.watch.see(picture, frame.zones ?? [], Math.min(longestStep, seconds));
    const { components, changed } = motion;
    const moves = components.length > 0 || motion.state === 'light';
    if (components.length > 0) watched.movedAt = watched.now;
    const why = this.#reason(frame.source, watched, motion);
    const regions = why === undefined ? [] : regionsFor(watched, components);
    return { why, regions, moves, changed };
  }

  /** A glance at a still picture, taken anew when the looks at those before it are over: by now, something may be there. */
  again(source: string, glance: Glance): Glance {
    const watched = this.#sources.get(source);
    const why = watched === undefined ? undefined : this.#standingReason(source, watched);
    return watched === undefined || why === undefined ? glance : { ...glance, why, regions: regionsFor(watched, []) };
  }

  /** Tells what the look at a picture found: while something is there, every picture is looked at. */
  found(source: string, objects: readonly DetectedObject[]): void {
    const watched = this.#sources.get(source);
    if (watched === undefined) return;
    const isThere = (box: Box): boolean => objects.some((object) => iou(object.box, box) > sameOverlap);
    const before = watched.objects.map(({ box }) => ({ box, at: watched.now }));
    watched.lost = [...before, ...watched.lost].filter(({ box }) => !isThere(box)).slice(0, mostLost);
    watched.objects = objects;
    if (objects.length > 0) watched.seenAt = watched.now;
  }

  /** Tells that a picture which was worth a look got none: the next one is looked at instead. */
  missed(source: string, why: LookReason): void {
    const watched = this.#sources.get(source);
    if (watched !== undefined) watched.owed = why;
  }

  /** Counts a picture that nobody looked at. @returns how many there were of this source. */
  save(source: string): number {
    const watched = this.#sources.get(source);
    return watched === undefined ? 0 : (watched.saved += 1);
  }

  /** Pictures of a source that nobody looked at. */
  saved(source: string): number {
    return this.#sources.get(source)?.saved ?? 0;
  }

  #reason(source: string, watched: Watched, { state, components }: Motion): LookReason | undefined {
    const { now, movedAt } = watched;
    if (state === 'new') return 'first';
    if (state === 'light' || state === 'settled') return 'light';
    if (components.length > 0 || (state === 'watching' && now - movedAt < lingerFor)) return 'motion';
    return this.#standingReason(source, watched);
  }

  /** Whatever the picture shows. */
  #standingReason(source: string, { now, lookedAt, seenAt, owed }: Watched): LookReason | undefined {
    if (now - seenAt < aliveFor || this.#options.isFollowing?.(source) === true) return 'object';
    if (now - lookedAt >= this.#options.heartbeatSeconds) return 'heartbeat';
    return owed;
  }

  /** @returns seconds since the picture before; a file that is played fast has its own time. */
  #pass(watched: Watched, capturedAt: number): number {
    const arrivedAt = this.#options.clock.monotonic();
    const passed = Math.max(0, capturedAt - watched.capturedAt, arrivedAt - watched.arrivedAt) / 1000;
    const seconds = Number.isFinite(passed) ? passed : 0;
    [watched.capturedAt, watched.arrivedAt] = [capturedAt, arrivedAt];
    watched.now += seconds;
    return seconds;
  }
}

/** Where to look closely at a picture that is going to be looked at. */
function regionsFor(watched: Watched, components: readonly Component[]): Box[] {
  watched.lookedAt = watched.now;
  watched.owed = undefined;
  watched.lost = watched.lost.filter(({ at }) => watched.now - at < lostFor);
  watched.looks += 1;
  const lost = watched.lost.map(({ box }) => box);
  return regionsOf(components, lost, watched.looks);
}

function begin(): Watched {
  return {
    ...{ watch: new MotionWatch(), capturedAt: NaN, arrivedAt: NaN, now: 0, looks: 0, saved: 0 },
    ...{ movedAt: -Infinity, lookedAt: -Infinity, seenAt: -Infinity, owed: undefined, objects: [], lost: [] },
  };
}
