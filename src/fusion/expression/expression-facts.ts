import type { Cue } from '../../contracts/messages.ts';

/** Sightings that an expression is shown at most, the newest. */
export const factLimit = 64;

/** Something seen, heard or told, as an expression finds it. */
export interface SignalFact {
  kind: 'object' | 'sound' | 'cue' | 'signal';
  label: string;
  source: string;
  score: number;
  /** Epoch milliseconds. */
  at: number;
  /** Before the moment that is judged; negative after it. */
  secondsAgo: number;
  /** Of objects: how many of this label; of the best of them its zones, whether and how fast it moves, and for how long it is in view. */
  count?: number;
  zones?: string[];
  moving?: boolean;
  speed?: number;
  seconds?: number;
  /** Of sounds. */
  dbfs?: number;
  /** Of cues. */
  features?: Cue['features'];
}

/** A state that lasts: a camera that is away, or covered. */
export interface StateFact {
  kind: 'stream' | 'cue';
  label: string;
  source: string;
  seconds: number;
}

/** What an expression is asked over. */
export interface ExpressionFacts {
  area: string;
  /** The mode that the site is in. */
  mode: string;
  /** Of the last of what meets the rule, by the clock on the wall of the site. */
  time: { at: number; day: string; hour: number; minute: number };
  rule: { id: string; label: string; severity: number };
  /** What meets the rule. */
  met: SignalFact[];
  /** What was seen, heard and told in the area within the time of the rule, oldest first. */
  signals: SignalFact[];
  states: StateFact[];
  /** The open incident of the area, as it was before this. */
  incident?: { severity: number; reason: string; seconds: number };
}
