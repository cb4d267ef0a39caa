import type { ClassResult, HeadVersion, TrainingStatus } from './training.ts';

/** What the dialog of audio-classify is told of what was learnt from own recordings. */
export interface TrainedAnswer {
  /** `absent`: no running node has this id; `none`: nothing was learnt yet; `kept`: something, and it is not in use. */
  state: 'absent' | 'none' | 'kept' | 'used';
  /** The version in use. */
  active?: HeadVersion;
  /** Why it is not heard, in a sentence. */
  misfit?: string;
}

/** A version, and how well it told clips apart that it had not learnt; without that where its training is forgotten. */
export type ShownVersion = HeadVersion & { scores?: Pick<ClassResult, 'label' | 'clips' | 'precision' | 'recall'>[] };

/** What the dialog of sentinel-audio-train is told. */
export interface TrainingAnswer {
  /** `absent`: no running node has this id. */
  state: 'absent' | 'present';
  status?: Omit<TrainingStatus, 'versions'> & { versions: ShownVersion[] };
}
