import type { RuleCondition } from '../contracts/configs.ts';
import type { Cue, IncidentSignal } from '../contracts/messages.ts';
import type { Look, Sighting } from './look.ts';

/** A condition that holds, and for how long by capture time: one moment for a look, open-ended for a state. */
export interface Showing {
  condition: RuleCondition;
  signal: IncidentSignal;
  from: number;
  to: number;
  /** Looks that showed it, of the last how many; and when the first of them was, where that is known. */
  seen: { n: number; of: number; first?: number };
  /** For what goes on: since when it has been shown without a gap. */
  since?: number;
  /** The look itself; a state has none. */
  look?: Look;
  /** For sounds, the level of the window. */
  dbfs?: number;
  /** For sounds: it goes on since an earlier look, which counted it. */
  goesOn?: true;
  /** For sounds that are not to be relied on yet. */
  remark?: string;
  /** For cues, the numbers that explain it. */
  features?: Cue['features'];
  /** For states, what it is and since when. */
  state?: { status: string; since: number };
}

/** Objects of one label that a message carries at most; a crowd needs no more to be believed. */
const objectLimit = 10;

/** A sighting as it stands in an incident. */
export function signalOf(look: Look, { label, score, threshold, model, objects }: Sighting): IncidentSignal {
  return {
    kind: look.kind,
    label,
    source: look.source,
    score,
    capturedAt: look.capturedAt,
    ...(threshold === undefined ? {} : { threshold }),
    ...(model === undefined ? {} : { model }),
    ...(objects === undefined ? {} : { objects: objects.slice(0, objectLimit) }),
  };
}
