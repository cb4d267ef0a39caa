import { SentinelError } from '../contracts/errors.ts';
import { soundClasses, type SoundClass } from '../contracts/messages.ts';
import type { ModelFor } from '../inference/model-description.ts';

/** Score of an AudioSet name in one window, 0..1. */
type TagScore = (name: string) => number;

/**
 * What AudioSet's names say about our classes. Weights were chosen on labelled clips; forced_entry is experimental,
 * since no model separates it well from ordinary knocks and doors.
 */
const evidenceOf: Record<SoundClass, (tag: TagScore) => number> = {
  glass_break: (tag) => 0.5 * tag('Shatter') + 0.3 * tag('Glass') + 0.2 * tag('Breaking'),
  gunshot: (tag) => Math.max(tag('Gunshot, gunfire'), tag('Machine gun'), tag('Fusillade')),
  scream: (tag) => (tag('Screaming') + 0.3 * tag('Shout') + 0.3 * tag('Yell')) / 1.6,
  forced_entry: (tag) =>
    Math.max(
      0.7 * tag('Wood'),
      tag('Crack'),
      0.8 * tag('Smash, crash'),
      0.8 * (tag('Breaking') - tag('Glass')),
      0.8 * tag('Slam'),
      0.6 * tag('Door'),
      0.6 * tag('Thump, thud'),
      0.6 * tag('Bang'),
      tag('Splinter'),
    ),
};

/** Keeps logits finite. */
const leastProbability = 1e-5;

/** The two heads of an echosight-audio model for one window, in the order of its description. */
export interface SoundHeads {
  tags: Float32Array;
  events: Float32Array;
}

/** Turns the outputs of an echosight-audio model into calibrated class scores. */
export class SoundScale {
  readonly #tagNames: readonly string[];
  readonly #tagPlaces: ReadonlyMap<string, number>;
  readonly #classes: readonly { name: SoundClass; event: number; shift: number }[];

  /** @throws SentinelError ES_MODEL_INVALID when the description lacks a class or a name that we need. */
  constructor(model: ModelFor<'sound'>) {
    const lacks = (what: string): SentinelError =>
      new SentinelError('ES_MODEL_INVALID', `The description of the model "${model.id}" lacks ${what}.`);
    this.#tagNames = model.tags;
    this.#tagPlaces = new Map(this.#tagNames.map((name, place) => [name, place]));
    this.#classes = soundClasses.map((name) => {
      const event = model.labels.indexOf(name);
      if (event < 0) throw lacks(`the label "${name}"`);
      const shift = model.calibration[name];
      if (shift === undefined) throw lacks(`the calibration of "${name}"`);
      evidenceOf[name]((tag) => {
        if (this.#tagPlaces.has(tag)) return 0;
        throw lacks(`the tag "${tag}"`);
      });
      return { name, event, shift };
    });
  }

  /**
   * Scores per class: the evidence of the tags and the event head, averaged as logits, shifted by the calibration.
   * After the shift the shipped thresholds mean the same for every model.
   */
  scores({ tags, events }: SoundHeads): Record<SoundClass, number> {
    const tag: TagScore = (name) => tags[this.#tagPlaces.get(name) ?? -1] ?? 0;
    const scores = this.#classes.map(({ name, event, shift }) => {
      const average = (logit(evidenceOf[name](tag)) + logit(events[event] ?? 0)) / 2;
      return [name, sigmoid(average + shift)] as const;
    });
    return Object.fromEntries(scores) as Record<SoundClass, number>;
  }

  /** The best raw names of a window, best first. */
  top({ tags }: SoundHeads, count: number): { label: string; score: number }[] {
    return this.#tagNames
      .map((label, place) => ({ label, score: tags[place] ?? 0 }))
      .sort((a, b) => b.score - a.score)
      .slice(0, count);
  }
}

function logit(probability: number): number {
  const safe = Math.min(1 - leastProbability, Math.max(leastProbability, probability));
  return Math.log(safe / (1 - safe));
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
