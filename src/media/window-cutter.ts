import { S16leReader } from '../pcm/s16le.ts';
import { soundWindow } from '../pcm/sound-window.ts';

const { samples: windowSamples, hop: windowHop } = soundWindow;
const samplesPerMs = soundWindow.sampleRate / 1000;
/** A sample count that runs this far behind the clock has lost sound: it is anchored anew. */
const driftLimitMs = 250;

/** A window of sound: fresh samples, and when its last one arrived. */
export interface CutWindow {
  samples: Float32Array;
  endedAt: number;
}

/**
 * Turns 16 bit little endian PCM into overlapping windows. Time is counted in samples from an anchor: a chunk that
 * comes earlier than counted moves the anchor (nothing can arrive before it happened, so the earliest arrivals are
 * the truest), one that comes more than 250 ms later sets it anew.
 */
export class WindowCutter {
  readonly #onWindow: (window: CutWindow) => void;
  readonly #window = new Float32Array(windowSamples);
  #filled = 0;
  readonly #reader = new S16leReader();
  /** Samples so far, and the arrival time of sample 0 by that count. */
  #count = 0;
  #anchor: number | undefined;

  constructor(onWindow: (window: CutWindow) => void) {
    this.#onWindow = onWindow;
  }

  /** @param now arrival of the chunk's last byte, in epoch milliseconds */
  push(chunk: Buffer, now: number): void {
    const samples = this.#reader.read(chunk);
    this.#anchorAt(now - (this.#count + samples.length) / samplesPerMs);
    for (let used = 0; used < samples.length;) {
      const part = samples.subarray(used, used + windowSamples - this.#filled);
      this.#window.set(part, this.#filled);
      this.#filled += part.length;
      this.#count += part.length;
      used += part.length;
      if (this.#filled === windowSamples) this.#emit();
    }
  }

  #anchorAt(start: number): void {
    const lag = start - (this.#anchor ?? start);
    if (this.#anchor === undefined || lag < 0 || lag > driftLimitMs) this.#anchor = start;
  }

  #emit(): void {
    const samples = this.#window.slice();
    this.#window.copyWithin(0, windowHop);
    this.#filled = windowSamples - windowHop;
    this.#onWindow({ samples, endedAt: Math.round((this.#anchor ?? 0) + this.#count / samplesPerMs) });
  }
}
