import type { RuleCondition } from '../contracts/configs.ts';
import { judgedBy } from '../contracts/judged-by.ts';
import type { AudioScores, Cue, DetectedObject, Detections, ExternalSignal } from '../contracts/messages.ts';

/** What one look shows of one label. */
export interface Sighting {
  label: string;
  score: number;
  threshold?: number;
  /** What judged a sound or an object. */
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
  /** Of a cue or signal: what rules may call it, whether or not it is shown. */
  names?: readonly string[];
  /** Since when conditions that ask for a duration have been shown without a gap; the time line writes it. */
  shownSince?: Map<RuleCondition, number>;
}

export type LookPayload = Detections | AudioScores | Cue | ExternalSignal;

/** Objects of one label that are counted at most: as many as a rule can ask for. */
const objectLimit = 50;
const nothing: Look['sightings'] = new Map();

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

/** Whether any rule asks for a label. */
type Wanted = (kind: Look['kind'], label: string) => boolean;

/**
 * Reads a payload as a look. Sounds are all kept, since every sound that fired is named; of the other kinds only
 * the labels that `wanted` knows. Undefined for a cue or signal that nobody asks for.
 */
export function readLook(payload: LookPayload, capturedAt: number, wanted: Wanted): Look | undefined {
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
      const names = [cue, ...place, ...way].filter((name) => wanted('cue', name));
      if (names.length === 0) return undefined;
      const sightings = named(names, { label: cue, score, features });
      return { kind: 'cue', source, track: `cue ${source} ${cue}`, capturedAt, sightings, names };
    }
    case 'signal': {
      const { signal, label, score } = payload;
      const names = [label, signal].filter((name) => wanted('signal', name));
      if (names.length === 0) return undefined;
      const sightings = named(names, { label, score });
      return { kind: 'signal', source, track: `signal ${source} ${signal} ${label}`, capturedAt, sightings, names };
    }
  }
}

/** A cue or signal with score 0 says that it is over: a look that does not show it. */
function named(names: readonly string[], sighting: Sighting): Look['sightings'] {
  return sighting.score === 0 ? nothing : new Map(names.map((name) => [name, sighting]));
}

function readObjects(payload: Detections, wanted: Wanted): Look['sightings'] {
  if (!payload.objects.some(({ label }) => wanted('object', label))) return nothing;
  const sightings = new Map<string, Sighting>();
  const bestFirst = payload.objects.filter(({ label }) => wanted('object', label)).sort((a, b) => b.score - a.score);
  for (const object of bestFirst) {
    const known = sightings.get(object.label);
    if (known === undefined) {
      const { label, score, seen } = object;
      sightings.set(label, {
        ...{ label, score, objects: [object] },
        // A recording written by hand need not say it.
        ...(payload.model === '' ? {} : { model: payload.model }),
        ...(seen === undefined ? {} : { seen }),
      });
      continue;
    }
    if ((object.seen?.n ?? 0) > (known.seen?.n ?? 0) && object.seen !== undefined) known.seen = object.seen;
    if (known.objects !== undefined && known.objects.length < objectLimit) known.objects.push(object);
  }
  return sightings;
}

function readSounds(payload: AudioScores): Look['sightings'] {
  if (payload.triggered.length === 0) return nothing;
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
