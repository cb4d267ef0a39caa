import type { DetectedObject } from '../../../../src/contracts/messages.ts';
import { Tracker, type Tracked, type TrackerOptions } from '../../../../src/vision/tracking/tracker.ts';

export const usual: TrackerOptions = {
  threshold: 0.4,
  confirmation: { n: 2, of: 3 },
  keepMs: 2000,
  loiterMs: 10_000,
};

/** A tracker of one camera, and the looks that it is given. */
export class Scene {
  readonly tracker: Tracker;
  at = 0;
  size = { width: 640, height: 360 };

  constructor(options: Partial<TrackerOptions> = {}) {
    this.tracker = new Tracker({ ...usual, ...options });
  }

  /** A look `gapMs` after the one before. */
  look(objects: readonly DetectedObject[], gapMs = 200): Tracked {
    this.at += gapMs;
    return this.tracker.update({ objects, at: this.at, capturedAt: this.at, ...this.size });
  }

  /** The ids that a look lets through, best score first. */
  ids(objects: readonly DetectedObject[], gapMs = 200): (string | undefined)[] {
    return this.look(objects, gapMs).objects.map(({ trackId }) => trackId);
  }
}

/** A person 0.4 of the picture high, by the middle of the feet. */
export function person(x: number, y: number, score = 0.8, height = 0.4, zones: string[] = []): DetectedObject {
  const width = (height * 0.4 * 360) / 640;
  const box = { x: x - width / 2, y: y - height, width, height };
  return { label: 'person', score, box, ...(zones.length === 0 ? {} : { zones }) };
}
