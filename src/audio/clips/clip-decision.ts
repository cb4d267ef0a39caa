import type { HeardSound } from '../../contracts/messages.ts';
import type { DecisionSettings } from '../decision/settings.ts';
import { SourceDecision } from '../decision/source-decision.ts';
import type { Suppressed } from '../decision/lookalikes.ts';
import { withHead } from '../heads/blend.ts';
import type { RunningHead } from '../heads/head.ts';
import type { ClipWindow } from './clip-listener.ts';

/** What a window of a clip amounts to. */
export interface DecidedWindow {
  offset: number;
  /** What the model and the head of the user say together. */
  scores: Record<string, number>;
  /**
   * Of each class that has a threshold, the score as it counts: after what sounds alike was taken off; forced_entry is there only
   * while its rule holds. A class is triggered where this reaches its threshold.
   */
  counted: Record<string, number>;
}

/** What a whole clip amounts to. */
export interface DecidedClip {
  windows: readonly DecidedWindow[];
  /** Of each class, the best of all windows. */
  scores: Record<string, number>;
  thresholds: Record<string, number>;
  /** Sounds that were heard in any window, and when they began. */
  sounds: HeardSound[];
  suppressed: Suppressed[];
  /** The best raw names of the window with the highest score. */
  top: { label: string; score: number }[];
  /** The head that had its say. */
  head?: RunningHead | undefined;
  /** The head that had none, since it belongs to another model. */
  misfit?: RunningHead | undefined;
}

/**
 * Decides a clip window by window as audio-classify decides a stream, but for one thing: nothing comes after a clip, so a single
 * window at its threshold is enough.
 */
export class ClipDecision {
  readonly #settings: DecisionSettings;
  readonly #decision: SourceDecision;
  readonly #begin: number;
  readonly #windows: DecidedWindow[] = [];
  readonly #sounds: HeardSound[] = [];
  readonly #suppressed = new Map<string, Suppressed>();
  readonly #thresholds: Record<string, number>;
  #highest = -Infinity;
  #top: DecidedClip['top'] = [];
  #head: RunningHead | undefined;
  #misfit: RunningHead | undefined;

  /** @param begin When the clip began, in epoch ms: the times of its sounds. */
  constructor(settings: DecisionSettings, begin = 0) {
    this.#settings = settings;
    this.#decision = new SourceDecision({ ...settings, singleFrom: 0 });
    this.#begin = begin;
    this.#thresholds = { ...settings.thresholds };
  }

  /** Takes the next window. */
  hear(window: ClipWindow): void {
    const { offset, top, named, dbfs, peak } = window;
    const { scores, thresholds } = withHead(window, this.#settings.thresholds);
    const capturedAt = this.#begin + offset * 1000;
    const decided = this.#decision.judge({ capturedAt, scores, top, named, thresholds, dbfs, peak });
    const entry = decided.sounds.find(({ label }) => label === 'forced_entry');
    const counted = Object.entries(thresholds).flatMap(([label]): [string, number][] => {
      if (label === 'forced_entry') return entry === undefined ? [] : [[label, entry.score]];
      return Object.hasOwn(decided.counted, label) ? [[label, decided.counted[label] ?? 0]] : [];
    });
    this.#windows.push({ offset, scores, counted: Object.fromEntries(counted) });
    this.#sounds.push(...decided.sounds.filter(({ started }) => started));
    for (const one of decided.suppressed) this.#suppressed.set(one.label, one);
    Object.assign(this.#thresholds, thresholds);
    if (window.trained === undefined) this.#misfit = window.head;
    else this.#head = window.head;
    const highest = Math.max(...Object.values(scores));
    if (highest > this.#highest) [this.#highest, this.#top] = [highest, top];
  }

  /** All that was heard. */
  get clip(): DecidedClip {
    return {
      windows: this.#windows,
      scores: bestOf(this.#windows.map(({ scores }) => scores)),
      thresholds: { ...this.#thresholds },
      sounds: [...this.#sounds],
      suppressed: [...this.#suppressed.values()],
      top: this.#top,
      head: this.#head,
      misfit: this.#misfit,
    };
  }
}

/** The best score of each class. */
export function bestOf(windows: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const best = new Map<string, number>();
  for (const scores of windows) {
    for (const [name, score] of Object.entries(scores)) best.set(name, Math.max(best.get(name) ?? 0, score));
  }
  return Object.fromEntries(best);
}
