import type { DecisionSettings } from '../decision/settings.ts';

/** With what a clip is judged: what an audio-classify node is set to. */
export interface ClipJudge {
  /** Id of the model. */
  model: string;
  /** The user's own table of classes as JSON; empty: as shipped. */
  table: string;
  decision: DecisionSettings;
  /** Whether what the user has trained has its say. */
  trained: boolean;
}
