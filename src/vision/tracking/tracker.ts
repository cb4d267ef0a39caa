import type { DetectedObject, FrameZone } from '../../contracts/messages.ts';
import { footOf } from '../zones.ts';
import { assign, type Pair } from './assignment.ts';
import { clearance, distanceTo } from './border.ts';
import { LineCrossings, type Crossing } from './line-crossings.ts';
import { Track, type TrackRules } from './track.ts';
import { ZoneStays, type ZoneEvent } from './zone-stays.ts';

export interface TrackerOptions extends TrackRules {
  /** Score from which a box can begin an object; a lower one only continues it. */
  threshold: number;
  /** Whoever is in a zone for longer loiters; 0: nobody does. */
  loiterMs: number;
}

/** What a detector made of one picture of the source. */
export interface TrackerLook {
  /** With `zones` where they stand. Boxes below the threshold may be among them. */
  objects: readonly DetectedObject[];
  /** Time of capture, in milliseconds on a clock that may jump. */
  at: number;
  /** The same in epoch time, where `at` is not. */
  capturedAt: number;
  width: number;
  height: number;
  /** Of the picture. */
  zones?: readonly FrameZone[];
}

/** What an object did in a zone or at a line, which `zone` names. */
export interface TrackEvent {
  what: ZoneEvent['what'] | 'line-cross';
  zone: string;
  /** How long it has been, or was, in the zone. */
  dwellMs?: number;
  direction?: Crossing['direction'];
  trackId: string;
  label: string;
  /** Of the box that tells it; the last one, when it is gone. */
  score: number;
}

export interface Tracked {
  /** The confirmed ones that this look shows. */
  objects: DetectedObject[];
  events: TrackEvent[];
}

/** Objects that are followed at a time, and boxes of a look that are weighed: a crowd beyond that is not told apart. */
const most = 256;
/** Boxes that one object may choose from: there are never more that it could be, but where boxes lie upon boxes. */
const mostChoices = 12;
/** After a pause as long as this everything begins anew. It is longer than two pictures of the slowest source are apart. */
const pauseMs = 12_000;
/** How much the shape of the picture may change (another stream of the same camera, rounded) without boxes losing sense. */
const sameAspect = 0.02;

type Did = Omit<TrackEvent, 'trackId' | 'label' | 'score'>;

interface Followed {
  track: Track;
  stays: ZoneStays;
  crossings: LineCrossings;
  last: DetectedObject;
}

/**
 * Follows the objects of one source. Strong boxes are given to known objects first, what is left of those takes the weak
 * boxes where it should be, and the strong boxes that are left begin something new (the idea of ByteTrack).
 */
export class Tracker {
  readonly #options: TrackerOptions;
  #followed: Followed[] = [];
  #ids = 0;
  /** Our clock: it goes on as `at` does, but never back. */
  #now = 0;
  #last: { at: number; aspect: number } | undefined;
  #usualGapMs = 200;

  constructor(options: TrackerOptions) {
    this.#options = options;
  }

  /** Whether anything is followed, also what is not confirmed yet or out of sight for a moment. */
  get isFollowing(): boolean {
    return this.#followed.length > 0;
  }

  update({ objects, at, capturedAt, width, height, zones = [] }: TrackerLook): Tracked {
    const aspect = width / height;
    const [lines, areas] = split(zones, ({ kind }) => kind === 'line');
    const ended = this.#moveTo(at, aspect);
    const now = this.#now;
    const { threshold } = this.#options;
    const boxes = bestOf(objects.filter(({ box }) => box.width > 0 && box.height > 0));
    const [strong, weak] = [boxes.filter(({ score }) => score >= threshold), boxes.filter((o) => o.score < threshold)];

    const known = this.#followed.filter(({ track }) => track.id !== undefined);
    const strongLeft = this.#give(strong, known, true);
    this.#give(weak, missing(known, now), false);
    const fresh = this.#followed.filter(({ track }) => track.id === undefined);
    const unknown = this.#give(strongLeft, fresh, true);
    for (const { track } of missing(this.#followed, now)) track.miss(now);
    for (const object of unknown) this.#begin(object, capturedAt, aspect, lines);

    const [over, going] = split(this.#followed, ({ track }) => track.isOver(now));
    this.#followed = going;
    const seen = going.filter(({ track }) => track.id !== undefined && track.isInView);
    const events = seen.flatMap((one) => [
      ...told(one, one.stays.see(one.last.zones ?? [], now, bordered(one, aspect, areas))),
      ...told(one, crossed(one, aspect, lines)),
    ]);
    return {
      objects: seen.map((one) => described(one, now)).sort((a, b) => b.score - a.score),
      events: [...ended, ...over.flatMap((one) => told(one, one.stays.end(one.track.seenAt))), ...events],
    };
  }

  /** Moves our clock on. After a pause or in a picture of another shape nobody can say who is who: all that was is over. */
  #moveTo(at: number, aspect: number): TrackEvent[] {
    const last = this.#last;
    this.#last = { at, aspect };
    if (last === undefined) return [];
    const gap = at - last.at;
    const isAnew = gap > pauseMs || Math.abs(aspect / last.aspect - 1) > sameAspect;
    if (gap > 0 && gap <= pauseMs) this.#usualGapMs += 0.2 * (gap - this.#usualGapMs);
    // However far the clock jumps: a number beyond 2^53 would not go on at all.
    this.#now += gap > 0 ? Math.min(gap, pauseMs) : this.#usualGapMs;
    if (!isAnew) return [];
    const ended = this.#followed.flatMap((one) => told(one, one.stays.end(one.track.seenAt)));
    this.#followed = [];
    return ended;
  }

  /** Gives boxes to tracks of their class. @returns the boxes that nobody took. */
  #give(boxes: readonly DetectedObject[], to: readonly Followed[], isStrong: boolean): DetectedObject[] {
    if (boxes.length === 0) return [];
    const now = this.#now;
    const courses = to.map(({ track }) => track.expectedAt(now));
    const pairs = courses.flatMap((course, row) => {
      const choices = boxes.flatMap(({ label, box }, column): Pair[] => {
        if (label !== to[row]?.track.label) return [];
        const cost = isStrong ? course.costOf(box) : course.costOfWeak(box);
        return cost === undefined ? [] : [{ row, column, cost }];
      });
      return choices.length <= mostChoices ? choices : choices.sort((a, b) => a.cost - b.cost).slice(0, mostChoices);
    });
    const taken = new Set<number>();
    for (const { row, column } of assign(pairs)) {
      const [one, object] = [to[row], boxes[column]];
      if (one === undefined || object === undefined) continue;
      taken.add(column);
      one.last = object;
      one.track.see(object, now, isStrong, this.#newId);
    }
    return boxes.filter((_, column) => !taken.has(column));
  }

  #begin(object: DetectedObject, capturedAt: number, aspect: number, lines: readonly FrameZone[]): void {
    if (this.#followed.length >= most) return;
    const track = new Track(object, this.#now, capturedAt, aspect, this.#options);
    track.confirm(this.#newId);
    const stays = new ZoneStays(this.#options.loiterMs);
    const one: Followed = { track, stays, crossings: new LineCrossings(), last: object };
    // Who is fast may be over a line before he is confirmed.
    crossed(one, aspect, lines);
    this.#followed.push(one);
  }

  readonly #newId = (): string => {
    this.#ids += 1;
    return String(this.#ids);
  };
}

function missing(followed: readonly Followed[], now: number): Followed[] {
  return followed.filter(({ track }) => track.seenAt !== now);
}

function described({ track, stays, last }: Followed, now: number): DetectedObject {
  const { id, moving, speed, since, seen } = track;
  const dwell = stays.dwellAt(now);
  return {
    ...last,
    ...(id === undefined ? {} : { trackId: id }),
    ...(moving === undefined ? {} : { moving }),
    ...(speed === undefined ? {} : { speed: Math.round(speed * 100) / 100 }),
    ...{ since, seen },
    ...(Object.keys(dwell).length === 0 ? {} : { dwell }),
  };
}

function crossed({ crossings, track, last }: Followed, aspect: number, lines: readonly FrameZone[]): Did[] {
  const found = crossings.see(footOf(last), track.reach, aspect, lines);
  return found.map(({ line, direction }) => ({ what: 'line-cross', zone: line, direction }));
}

/** The zones whose border it stands on, as far as one can tell. */
function bordered({ track, last }: Followed, aspect: number, areas: readonly FrameZone[]): string[] {
  const near = areas.filter(({ points: [first, ...points] }) => {
    if (first === undefined) return false;
    return distanceTo([first, ...points, first], footOf(last), aspect) < clearance * track.reach;
  });
  return near.map(({ name }) => name);
}

function told({ track, last }: Followed, events: readonly Did[]): TrackEvent[] {
  const { id, label } = track;
  return id === undefined ? [] : events.map((event) => ({ ...event, trackId: id, label, score: last.score }));
}

function bestOf(objects: readonly DetectedObject[]): DetectedObject[] {
  return objects.toSorted((a, b) => b.score - a.score).slice(0, most);
}

function split<T>(all: readonly T[], test: (one: T) => boolean): [yes: T[], no: T[]] {
  return [all.filter(test), all.filter((one) => !test(one))];
}
