import type { AudioScores, DetectedObject, Detections, FrameZone } from '../contracts/messages.ts';
import type { Picture } from '../contracts/ports.ts';
import { levelOf } from '../pcm/level.ts';
import { SoundRing } from './sound-ring.ts';

/** How long a good picture is preferred to a newer one. */
const pictureMs = 3000;
/** A picture from longer before an incident shows another scene, as when the camera died. Slow cameras send one in 5 s. */
const staleMs = 10_000;
/** Areas at a time; the one that was silent longest makes room. */
const areaLimit = 64;
/** Sources of one area whose sound is kept: 640 kB each. */
const ringLimit = 8;

/** A picture and what is drawn on it. */
export interface ShownPicture {
  picture: Picture;
  objects: DetectedObject[];
  /** Those in which somebody or something stands. */
  zones: FrameZone[];
  source: string;
}

interface Shot extends ShownPicture {
  capturedAt: number;
  rating: number;
}

interface Kept {
  latest?: Shot;
  /** The best shot of each of the last seconds, by second: at most four pictures beside the latest. */
  best: Map<number, Shot>;
  rings: Map<string, SoundRing>;
}

/** The pictures and the sound of each area that an incident may want in a moment. Bounded, in memory only. */
export class AreaMedia {
  readonly #areas = new Map<string, Kept>();

  rememberPicture(detections: Detections, image: Buffer): void {
    const { source, capturedAt, objects, zones = [], encoding, width, height } = detections;
    const picture: Picture = { bytes: image, encoding, width, height };
    const shot: Shot = { picture, objects, zones, source, capturedAt, rating: ratingOf(objects) };
    const kept = this.#kept(detections.area);
    if (kept.latest === undefined || capturedAt >= kept.latest.capturedAt || isOld(capturedAt, kept.latest)) {
      kept.latest = shot;
    }
    const { latest } = kept;
    for (const [second, other] of kept.best) {
      if (isOld(other.capturedAt, latest)) kept.best.delete(second);
    }
    const second = Math.floor(capturedAt / 1000);
    if (shot.rating > (kept.best.get(second)?.rating ?? 0) && !isOld(capturedAt, latest)) kept.best.set(second, shot);
  }

  /** Keeps the window's sound when its owner allows recording; else forgets what there was of this source. */
  rememberAudio(scores: AudioScores, samples: Float32Array): void {
    const { rings } = this.#kept(scores.area);
    const ring = rings.get(scores.source) ?? new SoundRing();
    rings.delete(scores.source);
    if (!scores.record) return;
    ring.add(samples, scores.capturedAt);
    rings.set(scores.source, ring);
    dropFirst(rings, ringLimit);
  }

  /**
   * The picture that shows a person best within the last three seconds, or else the latest.
   * @param at time of the incident (epoch ms): what was taken long before it is no picture of it.
   */
  picture(area: string, at: number): ShownPicture | undefined {
    const kept = this.#areas.get(area);
    if (kept?.latest === undefined) return undefined;
    const [first, ...others] = [kept.latest, ...kept.best.values()].filter((shot) => at - shot.capturedAt <= staleMs);
    if (first === undefined) return undefined;
    const { picture, objects, zones, source } = others.reduce(
      (a, b) => (b.rating > a.rating || (b.rating === a.rating && b.capturedAt > a.capturedAt) ? b : a),
      first,
    );
    return { picture, objects, zones, source };
  }

  /**
   * Mono sound at 16 kHz of the source that was loudest between two times (epoch ms), as much of it as is kept.
   * A copy: it belongs to the caller.
   */
  audio(area: string, from: number, to: number): { samples: Float32Array; source: string } | undefined {
    let loudest: { samples: Float32Array; source: string; peak: number } | undefined;
    for (const [source, ring] of this.#areas.get(area)?.rings ?? []) {
      const samples = ring.between(from, to);
      if (samples.length === 0) continue;
      const { peak } = levelOf(samples);
      if (loudest === undefined || peak > loudest.peak) loudest = { samples, source, peak };
    }
    return loudest && { samples: loudest.samples, source: loudest.source };
  }

  #kept(area: string): Kept {
    const kept: Kept = this.#areas.get(area) ?? { best: new Map(), rings: new Map() };
    this.#areas.delete(area);
    this.#areas.set(area, kept);
    dropFirst(this.#areas, areaLimit);
    return kept;
  }
}

/** Any person is worth more than any other object. */
function ratingOf(objects: readonly DetectedObject[]): number {
  return Math.max(0, ...objects.map(({ label, score }) => (label === 'person' ? 1 + score : score)));
}

/** Either way: a clock that was set back makes all that was before it old. */
function isOld(capturedAt: number, latest: Shot): boolean {
  return Math.abs(latest.capturedAt - capturedAt) > pictureMs;
}

function dropFirst(map: Map<string, unknown>, limit: number): void {
  const [first] = map.keys();
  if (map.size > limit && first !== undefined) map.delete(first);
}
