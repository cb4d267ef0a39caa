import type { Cue, DetectedObject, Frame } from '../../contracts/messages.ts';
import { sourceKey } from '../../contracts/source-key.ts';
import { RecentSources } from '../../confirmation/recent-sources.ts';
import { Tracker, type TrackerOptions, type TrackEvent } from './tracker.ts';

/** Boxes down to this share of the threshold may continue an object. */
const weakShare = 0.5;

/** Follows the objects of every source of one node. */
export class Tracking {
  readonly #options: TrackerOptions;
  readonly #trackers: RecentSources<Tracker>;

  constructor(options: TrackerOptions) {
    this.#options = options;
    this.#trackers = new RecentSources(() => new Tracker(options));
  }

  /** What the detector has to be asked for: a box of half the threshold begins nothing, but may continue an object. */
  get lowestScore(): number {
    return this.#options.threshold * weakShare;
  }

  /** Whether something of a camera (`sourceKey`) is followed: then its next picture must be looked at, also when nothing moves. */
  isFollowing(camera: string): boolean {
    return this.#trackers.get(camera)?.isFollowing ?? false;
  }

  /**
   * @param objects What the detector found in the frame, placed in zones.
   * @param position Seconds from the start of a recording that is played faster than it was made.
   * @returns the confirmed objects, and what they did, each once.
   */
  update(
    frame: Frame,
    objects: readonly DetectedObject[],
    position?: number,
  ): { objects: DetectedObject[]; cues: Cue[] } {
    const { capturedAt, width, height } = frame;
    const at = position === undefined ? capturedAt : position * 1000;
    const { zones = [] } = frame;
    const tracked = this.#trackers.of(sourceKey(frame)).update({ objects, at, capturedAt, width, height, zones });
    return { objects: tracked.objects, cues: tracked.events.map((event) => cueOf(frame, event)) };
  }
}

function cueOf({ v, site, area, source, capturedAt }: Frame, event: TrackEvent): Cue {
  const { what, zone, label, trackId, dwellMs, direction, score } = event;
  const features = {
    ...{ zone, label, trackId },
    ...(direction === undefined ? {} : { direction }),
    ...(dwellMs === undefined || what === 'zone-enter' ? {} : { dwellSeconds: Math.round(dwellMs / 100) / 10 }),
  };
  return { v, kind: 'cue', site, area, source, capturedAt, cue: what, score, features };
}
