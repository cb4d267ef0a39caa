import { soundWindow } from '../pcm/sound-window.ts';

const samplesPerMs = soundWindow.sampleRate / 1000;
const keptSamples = 10_000 * samplesPerMs;

/** Capture times are whole milliseconds: a step this close to a multiple of the hop is one. */
const snapSamples = 10 * samplesPerMs;

/** The last ten seconds of one source, put together from its overlapping windows without doubling a sample. */
export class SoundRing {
  readonly #ring = new Float32Array(keptSamples);
  /** Samples written so far; the ring holds the last `keptSamples` of them. */
  #written = 0;
  /** Capture time of the last sample. */
  #endsAt = 0;

  /**
   * @param samples a window, mono, 16 kHz
   * @param capturedAt epoch ms of its last sample
   */
  add(samples: Float32Array, capturedAt: number): void {
    const step = wholeHops((capturedAt - this.#endsAt) * samplesPerMs);
    if (Math.abs(step) > keptSamples) this.#written = 0;
    else if (step <= 0) return;
    if (this.#written === 0) this.#write(samples);
    else {
      // What the stream did not deliver is silence, so that times stay right.
      this.#write(new Float32Array(Math.max(0, step - samples.length)));
      this.#write(samples.subarray(Math.max(0, samples.length - step)));
    }
    this.#endsAt = capturedAt;
  }

  /** A copy of what is kept between two times, epoch ms. */
  between(from: number, to: number): Float32Array {
    const kept = Math.min(this.#written, keptSamples);
    const fromEnd = (time: number): number =>
      Math.min(kept, Math.max(0, Math.round((this.#endsAt - time) * samplesPerMs)));
    const start = this.#written - fromEnd(from);
    const length = Math.max(0, this.#written - fromEnd(to) - start);
    const offset = start % keptSamples;
    const copy = new Float32Array(length);
    copy.set(this.#ring.subarray(offset, Math.min(keptSamples, offset + length)));
    copy.set(
      this.#ring.subarray(0, Math.max(0, offset + length - keptSamples)),
      Math.min(length, keptSamples - offset),
    );
    return copy;
  }

  #write(samples: Float32Array): void {
    const offset = this.#written % keptSamples;
    const untilEnd = samples.subarray(0, keptSamples - offset);
    this.#ring.set(untilEnd, offset);
    this.#ring.set(samples.subarray(untilEnd.length), 0);
    this.#written += samples.length;
  }
}

function wholeHops(step: number): number {
  const hops = Math.round(step / soundWindow.hop) * soundWindow.hop;
  return hops > 0 && Math.abs(step - hops) <= snapSamples ? hops : Math.round(step);
}
