import { SiteClock } from '../../src/clock/site-clock.ts';
import type { DetectedObject, Detections, Frame } from '../../src/contracts/messages.ts';
import { Ingest, type IngestFrame } from '../../src/media/ingest.ts';
import { parseSourceAddress } from '../../src/network/address.ts';
import { openAnalysis } from './analysis.ts';

export interface VideoQuestion {
  file: string;
  /** Pictures a second. */
  rate: number;
  model: string;
  /** Lowest score that begins an object. */
  threshold: number;
  labels: readonly string[];
}

/** One object that was followed. Times in seconds of the video. */
export interface VideoTrack {
  id: string;
  label: string;
  from: number;
  to: number;
  /** Pictures that showed it after it was confirmed. */
  pictures: number;
  best_score: number;
}

export interface VideoTracks {
  seconds: number;
  pictures: number;
  ms_per_picture: number;
  tracks: VideoTrack[];
  /** Tracks that begin soon after another of their class ended, close to where it ended: perhaps the same object. */
  possible_id_switches: number;
  /** For each second, the most confirmed persons in one of its pictures. */
  confirmed_persons_per_second: number[];
}

/** A gap (seconds) and a way (in heights of the object) that somebody whose id was lost may have come. */
const reborn = { seconds: 3, heights: 1.5 };

interface Course extends VideoTrack {
  first: DetectedObject;
  last: DetectedObject;
}

/** Plays a video as fast as it can be analysed, through the same ingest, detector and tracker as a camera. */
export async function trackVideo({ file, rate, model, threshold, labels }: VideoQuestion): Promise<VideoTracks> {
  const { analysis, close } = openAnalysis({ model, threshold, labels });
  const record = new Record();
  try {
    await play(file, rate, async ({ seq, capturedAt, width, height, bytes, position = 0 }) => {
      const frame: Frame = {
        ...{ v: 1, kind: 'frame', site: 'eval', area: 'eval', source: 'video', encoding: 'rgb24' },
        ...{ seq, capturedAt, width, height },
      };
      const verdict = await analysis.analyse(frame, bytes, position);
      if (verdict.outcome === 'down') throw verdict.error;
      if (verdict.outcome !== 'dropped') record.add(verdict.detections, position);
    });
  } finally {
    await close();
  }
  return record.result(rate);
}

async function play(file: string, rate: number, analyse: (frame: IngestFrame) => Promise<void>): Promise<void> {
  const ended = Promise.withResolvers<undefined>();
  let last = Promise.resolve();
  const ingest = new Ingest(
    {
      ...{ address: parseSourceAddress(file), transport: 'tcp', width: 640, rate, audio: false, playback: 'fast' },
      ...{ captureDelayMs: 0, privacy: { polygons: [], maskFile: '' }, random: Math.random, clock: new SiteClock() },
      log: { info: () => undefined, warn: console.error, error: console.error },
      ready: () => last,
    },
    {
      frame: (frame) => {
        last = last.then(() => analyse(frame));
        last.catch(ended.reject);
      },
      audio: () => undefined,
      status: ({ status, detail }) => {
        if (status === 'stopped') ended.resolve(undefined);
        else if (status === 'not-found' || status === 'backing-off') ended.reject(new Error(detail));
      },
    },
  );
  try {
    ingest.start();
    await ended.promise;
    await last;
  } finally {
    await ingest.stop();
  }
}

class Record {
  readonly #courses = new Map<string, Course>();
  readonly #persons: number[] = [];
  #pictures = 0;
  #inferenceMs = 0;

  add({ objects, timings }: Detections, position: number): void {
    this.#pictures += 1;
    this.#inferenceMs += timings.preprocessMs + timings.inferenceMs + timings.postprocessMs;
    const second = Math.floor(position);
    const persons = objects.filter(({ label }) => label === 'person').length;
    this.#persons[second] = Math.max(this.#persons[second] ?? 0, persons);
    for (const object of objects) this.#follow(object, position);
  }

  result(rate: number): VideoTracks {
    const courses = [...this.#courses.values()];
    return {
      seconds: this.#pictures / rate,
      pictures: this.#pictures,
      ms_per_picture: rounded(this.#inferenceMs / Math.max(1, this.#pictures)),
      tracks: courses.map(({ id, label, from, to, pictures, best_score }) => {
        return { id, label, from: rounded(from), to: rounded(to), pictures, best_score: rounded(best_score) };
      }),
      possible_id_switches: courses.filter((course) => courses.some((other) => mayBe(course, other))).length,
      confirmed_persons_per_second: Array.from(this.#persons, (persons: number | undefined) => persons ?? 0),
    };
  }

  #follow(object: DetectedObject, position: number): void {
    const { label, score, trackId: id = '' } = object;
    const begun = { id, label, from: position, to: position, pictures: 0, best_score: 0, first: object, last: object };
    const course: Course = this.#courses.get(id) ?? begun;
    this.#courses.set(id, course);
    course.to = position;
    course.last = object;
    course.pictures += 1;
    course.best_score = Math.max(course.best_score, score);
  }
}

function mayBe(later: Course, earlier: Course): boolean {
  const gap = later.from - earlier.to;
  if (later.label !== earlier.label || gap <= 0 || gap > reborn.seconds) return false;
  const [a, b] = [earlier.last.box, later.first.box];
  const way = Math.hypot(a.x + a.width / 2 - b.x - b.width / 2, a.y + a.height - b.y - b.height);
  return way < reborn.heights * Math.max(a.height, b.height);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
