import { Confirmer, type Confirmation } from '../../confirmation/confirmer.ts';

/** What was heard is in a window for so long, and its echo. */
const windowMs = 1500;

/** The scores at which a sound begins and ends. */
export interface TriggerLimits {
  threshold: number;
  /** A single window of this score is enough. */
  single: number;
  /** It goes on until its score is below this. */
  release: number;
  /** For so long after its end, whatever reaches the threshold is still the same sound. */
  repeatMs: number;
}

/** A sound that is heard now. */
export interface Running {
  /** When it began. */
  since: number;
  /** What made it count. */
  why: string;
}

/**
 * One class of one source. A sound begins with one window of a high score or with some of the last that reach the threshold,
 * lasts while its score stays near the threshold, and what follows it shortly belongs to it: one sound is one sound, however
 * many windows, echoes and pauses it has.
 */
export class SoundTrigger {
  readonly #confirmer: Confirmer;
  #running: Running | undefined;
  #isOn = false;
  #heardAt = 0;

  /** @param confirmation when windows that reach the threshold are enough together */
  constructor(confirmation: Confirmation) {
    this.#confirmer = new Confirmer(confirmation);
  }

  /** Whether it was heard so shortly before that it is still in the same window. */
  isStillIn(at: number): boolean {
    return this.#running !== undefined && at - this.#heardAt <= windowMs;
  }

  /**
   * @param at Capture time of the window, never before that of the one before.
   * @param why What is said of a sound that begins now, where it is not the score that speaks for itself.
   * @returns the sound, where this window lets it begin or go on.
   */
  hear(at: number, score: number, limits: TriggerLimits, why?: string): Running | undefined {
    const { threshold, single, release, repeatMs } = limits;
    const reaches = score >= threshold;
    const { holds, n, of } = this.#confirmer.add(at, reaches);
    if (at - this.#heardAt > repeatMs && !this.#isOn) this.#running = undefined;
    const goesOn = this.#running !== undefined && (reaches || (this.#isOn && score >= release));
    if (!goesOn) {
      this.#isOn = false;
      if (!reaches || !(score >= single || holds)) return undefined;
      const counted =
        score >= single ? oneWindow(score, single) : `${n} of ${of} windows reach ${threshold.toFixed(2)}.`;
      this.#running = { since: at, why: why ?? counted };
    }
    this.#isOn = true;
    this.#heardAt = at;
    return this.#running;
  }
}

function oneWindow(score: number, single: number): string {
  return `One window of ${score.toFixed(2)}: from ${single.toFixed(2)} on one is enough.`;
}
