import type { ErrorName } from './errors.ts';

/** So long is listened in each of the two steps; before each there is time to read what is to be done. */
export const stepSeconds = 3;

/** What the numbers of a sound check mean; the first one that fits, in this order. */
export const soundVerdicts = ['dead', 'clips', 'same', 'faint', 'noisy', 'good'] as const;
export type SoundVerdict = (typeof soundVerdicts)[number];

/** What a quiet and a loud stretch of sound say about a microphone. Levels are dB relative to full scale, without offset. */
export interface SoundCheckResult {
  /** Level of half of the tenths of a second in which nobody made a sound. */
  noiseDbfs: number;
  /** Level that a tenth of the loud tenths of a second reached. */
  loudDbfs: number;
  /** How far they are apart, in dB. */
  snrDb: number;
  /** Share of the samples of the loud stretch that were cut off, 0 to 1. */
  clippedShare: number;
  verdict: SoundVerdict;
}

export type SoundCheckStep = 'starting' | 'quiet' | 'loud' | 'done' | 'failed';

/** A sound check as the dialog of mic-in sees it. */
export interface SoundCheckState {
  id: string;
  step: SoundCheckStep;
  /** Whole seconds until the step is over, while it is being measured; before that, `stepSeconds`. */
  left: number;
  /** Level of the last tenth of a second; -100 until sound comes. */
  dbfs: number;
  /** It is heard through the node that listens to this device already. */
  shared: boolean;
  /** When it is done. */
  result?: SoundCheckResult;
  /** When it failed. */
  failure?: { error: ErrorName; message: string; hint?: string };
}
