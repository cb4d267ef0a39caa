import { judgedBy } from '../contracts/judged-by.ts';
import type { AudioScores, Cue, DetectedObject, Detections, ExternalSignal } from '../contracts/messages.ts';

/** What one look shows of one label. */
export interface Sighting {
  label: string;
  score: number;
  threshold?: number;
  /** What judged a sound. */
  model?: string;
  /** Level of the window, for sounds. */
  dbfs?: number;
  /** It goes on since an earlier look, which counted it. */
  goesOn?: true;
  /** What is to be known of a sound that is not to be relied on yet. */
  remark?: string;
  /** The objects of this label, best first. */
  objects?: DetectedObject[];
  /** Looks that showed one of the objects before this one let it through, of the last how many. */
  seen?: { n: number; of: number };
  /** What explains a cue. */
  features?: Cue['features'];
}

/**
 * One payload of a source, reduced to what rules can ask: a picture that was searched, a sound window, a cue,
 * an outside signal. A look that shows nothing counts too: "2 of the last 5 looks" needs the empty ones.
 */
export interface Look {
  kind: 'object' | 'sound' | 'cue' | 'signal';
  source: string;
  /** Looks of one track follow each other; cues and signals of different labels are different tracks. */
  track: string;
  capturedAt: number;
  sightings: ReadonlyMap<string, Sighting>;
}

export type LookPayload = Detections | AudioScores | Cue | ExternalSignal;

/** Objects of one label that a message carries at most; a crowd needs no more to be believed. */
const objectLimit = 10;

/** A foreign clock that differs by more than this is not believed at all. */
const believableMs = 3_600_000;
const aheadMs = 1000;

/**
 * When it happened, on our clock. A time ahead of now, or an hour away from it (another clock, or seconds
 * instead of milliseconds), is replaced by now: such a signal is judged rather than lost.
 */
export function captureTime(capturedAt: number, now: number): number {
  return capturedAt <= now + aheadMs && now - capturedAt <= believableMs ? capturedAt : now;
}

/**
 * Reads a payload as a look. Sounds are all kept, since every sound that fired is named; of the other kinds only
 * the labels that `wanted` knows.
 */
export function readLook(
  payload: LookPayload,
  capturedAt: number,
  wanted: (kind: Look['kind'], label: string) => boolean,
): Look {
  const { source } = payload;
  switch (payload.kind) {
    case 'detections':
      return { kind: 'object', source, track: `object ${source}`, capturedAt, sightings: readObjects(payload, wanted) };
    case 'audio-scores':
      return { kind: 'sound', source, track: `sound ${source}`, capturedAt, sightings: readSounds(payload) };
    case 'cue': {
      const { cue, score, features } = payload;
      const { zone, direction } = features;
      // A rule may ask for what happened anywhere, in one zone, or at one line in one direction.
      const place = zone === undefined ? [] : [`${cue} ${zone}`];
      const way = zone === undefined || direction === undefined ? [] : [`${cue} ${zone} ${direction}`];
      const sightings = named([cue, ...place, ...way], { label: cue, score, features }, (label) =>
        wanted('cue', label),
      );
      return { kind: 'cue', source, track: `cue ${source} ${cue}`, capturedAt, sightings };
    }
    case 'signal': {
      const { signal, label, score } = payload;
      const sightings = named([label, signal], { label, score }, (name) => wanted('signal', name));
      return { kind: 'signal', source, track: `signal ${source} ${signal} ${label}`, capturedAt, sightings };
    }
  }
}

/** A cue or signal with score 0 says that it is over. */
function named(names: string[], sighting: Sighting, wanted: (name: string) => boolean): Map<string, Sighting> {
  if (sighting.score === 0) return new Map();
  return new Map(names.filter(wanted).map((name) => [name, sighting]));
}

function readObjects(payload: Detections, wanted: (kind: 'object', label: string) => boolean): Map<string, Sighting> {
  const sightings = new Map<string, Sighting>();
  const bestFirst = payload.objects.filter(({ label }) => wanted('object', label)).sort((a, b) => b.score - a.score);
  for (const object of bestFirst) {
    const known = sightings.get(object.label);
    if (known === undefined) {
      const { label, score, seen } = object;
      sightings.set(label, { label, score, objects: [object], ...(seen === undefined ? {} : { seen }) });
      continue;
    }
    if ((object.seen?.n ?? 0) > (known.seen?.n ?? 0) && object.seen !== undefined) known.seen = object.seen;
    if (known.objects !== undefined && known.objects.length < objectLimit) known.objects.push(object);
  }
  return sightings;
}

function readSounds(payload: AudioScores): Map<string, Sighting> {
  const sightings = new Map<string, Sighting>();
  for (const label of payload.triggered) {
    // Own properties only: a label such as "toString" must not find what every object has.
    const threshold = Object.hasOwn(payload.thresholds, label) ? payload.thresholds[label] : undefined;
    const classScore = Object.hasOwn(payload.scores, label) ? payload.scores[label] : undefined;
    const sound = payload.sounds?.find((one) => one.label === label);
    // A sound that no class explains has no class score: its size stands in.
    const score = sound?.score ?? classScore ?? Math.min(1, payload.peak);
    sightings.set(label, {
      ...{ label, score, dbfs: payload.dbfs, model: judgedBy(payload) },
      ...(threshold === undefined ? {} : { threshold }),
      ...(sound?.started === false ? { goesOn: true } : {}),
      ...(sound?.experimental === true ? { remark: sound.why } : {}),
    });
  }
  return sightings;
}
