import { soundClasses, type AudioScores, type SoundClass } from '../contracts/messages.ts';

/** When a sound counts. */
export interface DecisionLimits {
  /** Lowest calibrated score per class. */
  thresholds: Record<SoundClass, number>;
  /** From this level (dB relative to full scale) on, a sound that nothing explains is reported; 0 turns it off. */
  loudDbfs: number;
}

/** A raw class from this score on explains a loud sound. */
const explainedFrom = 0.5;

/** Sounds of everyday life: loud as they may be, they are no riddle. Bangs, crashes, alarms and sirens are not among them. */
const everyday: ReadonlySet<string> = new Set([
  ...[
    'Speech',
    'Children shouting',
    'Laughter',
    'Baby cry, infant cry',
    'Crying, sobbing',
    'Singing',
    'Cough',
    'Sneeze',
  ],
  ...['Hands', 'Clapping', 'Dog', 'Cat', 'Animal', 'Bird', 'Music', 'Thunder', 'Rain', 'Wind', 'Vehicle'],
  ...['Dishes, pots, and pans', 'Typing'],
]);

/** The classes that fire in a window: those at or above their threshold, or `loud_unknown` when it is loud for no known reason. */
export function triggeredSounds(
  heard: { scores: Record<SoundClass, number>; top: AudioScores['top']; dbfs: number },
  limits: DecisionLimits,
): string[] {
  const triggered = soundClasses.filter((name) => heard.scores[name] >= limits.thresholds[name]);
  if (triggered.length > 0) return triggered;
  const loud = limits.loudDbfs < 0 && heard.dbfs >= limits.loudDbfs;
  const explained = heard.top.some(({ label, score }) => score >= explainedFrom && everyday.has(label));
  return loud && !explained ? ['loud_unknown'] : [];
}
