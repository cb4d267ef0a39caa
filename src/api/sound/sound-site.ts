import type { Scope } from '../../contracts/access.ts';
import type { Clock } from '../../contracts/ports.ts';
import type { Prediction, SoundModelStatus } from '../../contracts/prediction.ts';
import type { TrainingPort } from '../../contracts/training.ts';

/** What the sound routes use of a Site. */
export interface SoundSite {
  readonly id: string;
  /** Hears a whole sound file. @throws SentinelError as `SoundDesk.predict` */
  predict(
    file: Buffer,
    wishes: { threshold?: number | undefined; spectrogram: boolean; signal: AbortSignal },
  ): Promise<Prediction>;
  /** The model that hears, and how it is. */
  model(): Pick<SoundModelStatus, 'model' | 'loaded' | 'usable' | 'reason' | 'classes'>;
  /** Clips that are being heard, or wait for it. */
  readonly clips: number;
  readonly training: TrainingPort | undefined;
}

/** What the sound routes serve. */
export interface SoundHost {
  /** Those of which the caller may see something. */
  soundSites(scope: Scope): readonly SoundSite[];
  readonly version: string;
  clock: Clock;
}
