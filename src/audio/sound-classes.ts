import { SentinelError } from '../contracts/errors.ts';
import { soundClasses, type SoundClass } from '../contracts/messages.ts';
import type { ModelFor } from '../inference/model-description.ts';
import { calibrationCurve, logit } from './class-calibration.ts';
import { decisiveNames } from './decision/lookalikes.ts';
import { ownMapping, shippedMapping, type Evidence, type SoundMapping } from './sound-mapping.ts';

/** Calibrated scores, 0..1: our four classes, and those that a user's own table adds. */
export type SoundScores = Record<SoundClass, number> & Record<string, number>;

/** What a model says of one window, in the order of its description. */
export interface RawSounds {
  /** Scores of AudioSet's names. */
  tags: Float32Array;
  /** Scores of our classes; absent: the model has no head for them. */
  events?: Float32Array | undefined;
}

/** AudioSet's names, in the order in which the model gives their scores. */
export function tagsOf(model: ModelFor<'sound'>): readonly string[] {
  return model.family === 'yamnet' ? model.labels : model.tags;
}

/** Those of our classes, in this order, for which the model has a head. */
export function eventsOf(model: ModelFor<'sound'>): readonly string[] {
  return model.family === 'yamnet' ? [] : model.labels;
}

/** How the raw names of a model become classes: as shipped, but for what its description says. @throws SentinelError ES_BAD_CONFIG */
export function mappingOf({ mapping }: ModelFor<'sound'>): SoundMapping {
  return mapping === undefined ? shippedMapping() : ownMapping(mapping);
}

/** Reads the score of one class out of what a model says. */
type ClassReading = (raw: RawSounds) => number;

/** Turns the outputs of a sound model into calibrated class scores. */
export class SoundScale {
  readonly #tags: readonly string[];
  readonly #classes: readonly { name: string; read: ClassReading }[];
  /** Names that the decision asks about, as far as the model has them. */
  readonly #named: readonly { name: string; place: number }[];

  /**
   * @throws SentinelError ES_BAD_CONFIG when the table asks for a name that the model does not have; ES_MODEL_INVALID when the
   * description lacks a class, or its calibration does not rise.
   */
  constructor(model: ModelFor<'sound'>) {
    const mapping = mappingOf(model);
    this.#tags = tagsOf(model);
    const places = new Map(this.#tags.map((name, place) => [name, place]));
    this.#classes = Object.entries(mapping.classes).map(([name, evidence]) => ({
      name,
      read: classReading(model, name, evidence, places),
    }));
    const asked = new Set([...Object.values(mapping.suppressors).flat(), ...mapping.impacts, ...decisiveNames]);
    this.#named = [...asked].flatMap((name) => {
      const place = places.get(name);
      return place === undefined ? [] : [{ name, place }];
    });
  }

  /** Calibrated scores per class, after which the shipped thresholds mean the same for every model. */
  scores(raw: RawSounds): SoundScores {
    return Object.fromEntries(this.#classes.map(({ name, read }) => [name, read(raw)])) as SoundScores;
  }

  /** Raw scores of what suppresses a class, of what it yields to, and of impacts, by name. */
  named({ tags }: RawSounds): Record<string, number> {
    return Object.fromEntries(this.#named.map(({ name, place }) => [name, tags[place] ?? 0]));
  }

  /** The best raw names of a window, best first. */
  top({ tags }: RawSounds, count: number): { label: string; score: number }[] {
    const places: number[] = [];
    // A window has hundreds of names: sorting them all would take longer than anything else that is done with it.
    for (let place = 0; place < this.#tags.length; place += 1) {
      const score = tags[place] ?? 0;
      let rank = places.length;
      while (rank > 0 && score > (tags[places[rank - 1] ?? 0] ?? 0)) rank -= 1;
      if (rank >= count) continue;
      places.splice(rank, 0, place);
      places.length = Math.min(places.length, count);
    }
    return places.map((place) => ({ label: this.#tags[place] ?? '', score: tags[place] ?? 0 }));
  }
}

/** Where a model has a head for a class, the evidence of the names and that head are averaged as logits. */
function classReading(
  model: ModelFor<'sound'>,
  name: string,
  evidence: Evidence,
  places: ReadonlyMap<string, number>,
): ClassReading {
  const isOurs = (soundClasses as readonly string[]).includes(name);
  const calibration = model.calibration[name] ?? (isOurs ? undefined : 0);
  if (calibration === undefined) {
    const what = `The description of the model "${model.id}" lacks the calibration of "${name}".`;
    throw new SentinelError('ES_MODEL_INVALID', what);
  }
  const curve = calibrationCurve(calibration, `"${name}" of the model "${model.id}"`);
  const measure = evidenceReading(evidence, (tag) => {
    const place = places.get(tag);
    if (place !== undefined) return place;
    throw new SentinelError(
      'ES_BAD_CONFIG',
      `The class "${name}" needs the sound "${tag}", which the model "${model.id}" does not know.`,
      { hint: `Choose another model, or change the table of sound classes. This model knows ${places.size} sounds.` },
    );
  });
  const events = eventsOf(model);
  const event = events.indexOf(name);
  if (event >= 0) {
    return (raw) => curve((logit(measure(raw.tags)) + logit(raw.events?.[event] ?? 0)) / 2);
  }
  return ({ tags }) => curve(logit(measure(tags)));
}

function evidenceReading(evidence: Evidence, placeOf: (tag: string) => number): (tags: Float32Array) => number {
  if (typeof evidence === 'string') {
    const place = placeOf(evidence);
    return (tags) => tags[place] ?? 0;
  }
  if ('sum' in evidence) {
    const weights = Object.entries(evidence.sum).map(([tag, weight]) => ({ place: placeOf(tag), weight }));
    return (tags) => weights.reduce((sum, { place, weight }) => sum + weight * (tags[place] ?? 0), 0);
  }
  if ('max' in evidence) {
    const readings = evidence.max.map((one) => evidenceReading(one, placeOf));
    return (tags) => Math.max(...readings.map((read) => read(tags)));
  }
  const read = evidenceReading(evidence.clamp, placeOf);
  return (tags) => Math.min(1, Math.max(0, read(tags)));
}
