import type { Clock } from '../../contracts/ports.ts';
import { soundWindow } from '../../pcm/sound-window.ts';

/** So long must sound flow like that of a microphone before it is believed. */
const settleMs = 500;
/** Sound that a recorder had in store may come at once. */
const burstMs = 3000;
/** A process of ours that was held up catches up with what waited meanwhile. */
const creditMs = 60_000;
/** Clocks of sound cards differ from ours, but never by a tenth. */
const drain = 1.1;
const samplesPerMs = soundWindow.sampleRate / 1000;

export type Flow = 'settling' | 'steady' | 'flooding';

/**
 * Tells a microphone from a file or a null device, which give sound as fast as it is read: a bucket that every sample
 * fills and time drains, a tenth faster than real time, and that runs over when three seconds too many come.
 */
export class FlowGauge {
  readonly #clock: Clock;
  #begun: number | undefined;
  #last = 0;
  #levelMs = 0;
  #flooding = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether it was flooded at any time. */
  get flooding(): boolean {
    return this.#flooding;
  }

  /** Notes bytes of s16le that arrive now. */
  push(bytes: number): Flow {
    const now = this.#clock.monotonic();
    this.#begun ??= this.#last = now;
    this.#levelMs = Math.max(-creditMs, this.#levelMs - (now - this.#last) * drain) + bytes / 2 / samplesPerMs;
    this.#last = now;
    this.#flooding ||= this.#levelMs > burstMs;
    if (this.#flooding) return 'flooding';
    return now - this.#begun < settleMs ? 'settling' : 'steady';
  }
}
