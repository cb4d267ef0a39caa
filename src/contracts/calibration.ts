import type { AudioClassifyConfig } from './configs/sound.ts';
import type { SoundClass } from './messages/sound.ts';

/**
 * Calibration on site: what a microphone hears while nothing happens, clips of what it shall hear, and the thresholds that
 * follow from both. What the dialog of audio-classify asks and is told.
 */

/** Limits of what is recorded; only scores are kept, no sound. */
export const calibrationLimits = {
  /** Minutes of one recording. */
  minutes: { least: 1, most: 24 * 60 },
  /** Minutes that are kept of one microphone and model: with a new recording the oldest ones go. */
  keptMinutes: 2 * 24 * 60,
  /** Clips that are kept of one microphone and model, of all classes. */
  keptClips: 200,
  /** Days of which dismissed incidents count. */
  dismissedDays: 30,
  /** So many times rarer than once in all that was listened to may an alarm be for anything to be said of it: a convention. */
  mostBeyond: 100,
} as const;

/** The settings of audio-classify that hold the thresholds of the classes that can be calibrated. */
export const thresholdSettings = {
  glass_break: 'glassBreak',
  gunshot: 'gunshot',
  scream: 'scream',
  forced_entry: 'forcedEntry',
} as const satisfies Record<SoundClass, keyof AudioClassifyConfig>;

/** Classes that thresholds are suggested for: forced_entry follows a rule of several sounds, of which single scores say little. */
export const calibratedClasses = ['glass_break', 'gunshot', 'scream'] as const satisfies readonly SoundClass[];

/** Minutes of listening that can speak of so few false alarms a day of one class; at least those that a tail needs. */
export function minutesFor(perDay: number): number {
  return Math.max(10, 1440 / (calibrationLimits.mostBeyond * perDay));
}

/** The same for a budget of all classes together, as a recording may be long. */
export function recordingFor(budgetPerDay: number): number {
  const { least, most } = calibrationLimits.minutes;
  const minutes = Math.ceil(minutesFor(budgetPerDay / calibratedClasses.length));
  return Math.min(most, Math.max(least, minutes));
}

/** A clip takes what is heard in so many milliseconds before the button is pressed and after it. */
export const clipSpan = { beforeMs: 3000, afterMs: 4000 } as const;

/** What became of the last press of the button. */
export type ClipOutcome =
  | { label: string; state: 'listening' }
  /** `score`: of its class, the best one that counts. */
  | { label: string; state: 'kept'; score: number }
  /** No sound came from the microphone meanwhile, or it could not be kept. */
  | { label: string; state: 'lost' };

/** What is going on at one microphone of an audio-classify. */
export interface CalibrationSource {
  /** Tells microphones of this node apart. */
  key: string;
  site: string;
  source: string;
  area: string;
  /** Seconds since the last window; null before the first one. */
  silentSeconds: number | null;
  /** While an ambient recording runs. */
  recording?: { seconds: number; ofSeconds: number; windows: number };
  clip?: ClipOutcome;
  /** Why the last recording ended early. */
  fault?: string;
}

/** What is kept of a microphone and model. */
export interface CalibrationKept {
  ambientMinutes: number;
  /** Clips by class. */
  clips: Record<string, number>;
}

export interface CalibrationAnswer {
  /** `absent`: no running node has this id. */
  state: 'absent' | 'present';
  sources: CalibrationSource[];
  /** Of the source that was asked for. */
  kept?: CalibrationKept;
}

/** The range in which 90 of 100 truths lie. */
export interface Range {
  low: number;
  high: number;
}

/** How a rate is known: by counting; by a tail that was fitted to the loudest moments; `bounded`: only that it is not higher. */
export type RateMethod = 'counted' | 'extrapolated' | 'bounded';

/** False alarms a day that a threshold is expected to give, if every day sounds like what was heard. */
export interface AlarmRate extends Range {
  /** Null when only bounds are known: the recording is too short for more. */
  perDay: number | null;
  method: RateMethod;
}

/** Why a threshold is suggested. */
export type SuggestionReason =
  /** Too little was listened to for any suggestion. */
  | 'listen-longer'
  /** The shipped one keeps the budget, and no clip asks for a lower one. */
  | 'shipped-fits'
  /** Nothing that was heard speaks against the shipped one, but the recording is too short to prove the budget. */
  | 'shipped-unproven'
  /** The shipped one would break the budget. */
  | 'raised'
  /** The budget allows a lower one, which finds more of the clips. */
  | 'lowered'
  /** No threshold keeps the budget. */
  | 'over-budget';

/** One point of what a class has to offer. */
export interface CalibrationPoint {
  threshold: number;
  /** Null where there is no clip of the class. */
  recall: number | null;
  /** Of what fired in the recordings and clips; null where nothing did. */
  precision: number | null;
  /** Null where only bounds are known. */
  falseAlarmsPerDay: number | null;
}

export interface ThresholdSuggestion {
  /** Null when too little was heard. */
  threshold: number | null;
  reason: SuggestionReason;
  /** So long a recording can speak of the budget. */
  neededMinutes: number;
  /** At the suggested threshold, else at the shipped one. */
  falseAlarms: AlarmRate;
  /** Clips that reach it. */
  recall: { hits: number; of: number } & Range;
  /** Dismissed incidents that would have been told all the same, a day. */
  dismissedPerDay: number;
  /** Average precision over clips and recordings. */
  ap: number | null;
  curve: CalibrationPoint[];
}

/** What follows from all that is kept of a microphone. */
export interface CalibrationSuggestions {
  /** Id of the model, with the version of a trained head. */
  model: string;
  /** False alarms a day, of all classes together; each has an equal part of it, which is its own `budgetPerDay`. */
  budgetPerDay: number;
  ambientMinutes: number;
  dismissedDays: number;
  classes: Record<string, ThresholdSuggestion & { shipped: number; current: number; budgetPerDay: number }>;
}
