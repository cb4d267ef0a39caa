import type { SoundFault } from '../contracts/messages.ts';
import { loudnessOf } from './level.ts';
import { halfSecondOf, SoundFaults } from './sound-faults.ts';
import { soundWindow } from './sound-window.ts';

/** Seconds of sound that a window brings which the one before did not have. */
export const freshSeconds = soundWindow.hop / soundWindow.sampleRate;

/** Watches the sound of a source, window by window. */
export class SoundWatch {
  #faults = new SoundFaults();
  #fault: SoundFault | undefined;

  /** What is wrong now. */
  get fault(): SoundFault | undefined {
    return this.#fault;
  }

  /** The sound began anew: nothing is known of it. */
  reset(): void {
    this.#faults = new SoundFaults();
    this.#fault = undefined;
  }

  /** @param samples a window; its end is new @returns whether something began or ended */
  push(samples: Float32Array): boolean {
    const before = this.#fault;
    this.#fault = this.#faults.push(halfSecondOf(loudnessOf(samples.subarray(-soundWindow.hop))));
    return this.#fault !== before;
  }
}
