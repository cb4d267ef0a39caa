import assert from 'node:assert/strict';
import type { DecisionSettings } from '../../../../src/audio/decision/settings.ts';
import { SourceDecision, type Decided, type WindowHeard } from '../../../../src/audio/decision/source-decision.ts';
import { usualDecision } from '../new-analysis.ts';

/** Milliseconds between two windows. */
export const hopMs = 480;

type Step = Partial<Omit<WindowHeard, 'capturedAt' | 'seq' | 'top' | 'named'>> & {
  top?: Record<string, number>;
  gapMs?: number;
};

const calm = { glass_break: 0.02, gunshot: 0.02, scream: 0.02, forced_entry: 0.02 };

/** Windows of one source, one after the other; time is what the trace says. */
export class Trace {
  readonly decision: SourceDecision;
  readonly decided: Decided[] = [];
  at = 1_700_000_000_000;
  #seq = 0;
  #last: WindowHeard | undefined;

  constructor(settings: Partial<DecisionSettings> = {}) {
    this.decision = new SourceDecision({ ...usualDecision, ...settings });
  }

  /** The next window. */
  hear({ gapMs = hopMs, scores, top = {}, ...window }: Step = {}): Decided {
    this.at += gapMs;
    this.#seq += 1;
    return this.#judge({
      ...{ capturedAt: this.at, seq: this.#seq, dbfs: -40, peak: 0.05, ...window },
      scores: { ...calm, ...scores },
      named: top,
      top: Object.entries(top).map(([label, score]) => ({ label, score })),
    });
  }

  /** The last window once more, as over a second wire. */
  again(): Decided {
    assert.ok(this.#last !== undefined, 'there was one');
    return this.#judge(this.#last);
  }

  #judge(window: WindowHeard): Decided {
    this.#last = window;
    const decided = this.decision.judge(window);
    this.decided.push(decided);
    return decided;
  }

  /** So many windows in which nothing happens. */
  wait(ms: number): void {
    for (let passed = 0; passed < ms; passed += hopMs) this.hear();
  }

  /** Scores of one class, window by window. @returns what each window triggers, in short. */
  scores(label: string, ...scores: number[]): string {
    return scores
      .map((score) => (this.hear({ scores: { [label]: score } }).triggered.includes(label) ? '#' : '.'))
      .join('');
  }

  /** How many sounds of a class began. */
  started(label: string): number {
    return this.decided.flatMap(({ sounds }) => sounds).filter((sound) => sound.label === label && sound.started)
      .length;
  }
}
