import type { Confirmation } from '../../confirmation/confirmer.ts';
import type { AudioClassifyConfig } from '../../contracts/configs.ts';
import type { SoundMapping } from '../sound-mapping.ts';
import { confirmationAt } from './confirmation-rule.ts';

/** A level that has to last. */
export interface LevelLimit {
  /** RMS level of a window relative to full scale, in dB. */
  dbfs: number;
  /** So long must every window be beyond it; 0 turns it off. */
  seconds: number;
}

/** When a sound counts. */
export interface DecisionSettings {
  /** Lowest calibrated score per class. */
  thresholds: Readonly<Record<string, number>>;
  /** From this score on a single window is enough. */
  singleFrom: number;
  /** Else so many of the last windows must reach the threshold. */
  confirmation: Confirmation;
  /** A sound goes on until its score is so far below its threshold. */
  hysteresis: number;
  /** What comes again within so many seconds after its end is the same sound, not another one. */
  repeatSeconds: number;
  /** Which raw names count against a class, are blows, or explain what is loud. */
  mapping: Pick<SoundMapping, 'suppressors' | 'impacts' | 'everyday'>;
  /** Whether something that sounds alike counts against a class. */
  suppress: boolean;
  /** From this level on (dB relative to full scale), a sound that nothing explains is reported; 0 turns it off. */
  loudDbfs: number;
  /** Louder, or quieter, than this for long. */
  noise: LevelLimit;
  silence: LevelLimit;
}

/** The settings as audio-classify has them; classes without a field in its dialog have their thresholds in the mapping. */
export function decisionOf(config: AudioClassifyConfig, mapping: SoundMapping): DecisionSettings {
  const { glassBreak, gunshot, scream, forcedEntry } = config;
  const { singleFrom, hysteresis, repeatSeconds, suppress, loudDbfs } = config;
  return {
    mapping,
    thresholds: { ...mapping.thresholds, glass_break: glassBreak, gunshot, scream, forced_entry: forcedEntry },
    ...{ singleFrom, hysteresis, repeatSeconds, suppress, loudDbfs },
    confirmation: confirmationAt(Number(config.hop)),
    noise: { dbfs: config.noiseDbfs, seconds: config.noiseSeconds },
    silence: { dbfs: config.silenceDbfs, seconds: config.silenceSeconds },
  };
}
