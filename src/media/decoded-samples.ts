import { SentinelError } from '../contracts/errors.ts';

const bytesPerSample = 4;

/**
 * Gathers the samples that a decoder writes, 32 bit floats in pieces of any size. Each piece is looked at when it comes and lies
 * where it will stay: at the end there is nothing left to do, however long the sound is.
 */
export class DecodedSamples {
  readonly #samples: Float32Array;
  readonly #bytes: Uint8Array;
  #filled = 0;
  #looked = 0;

  /** @param most Samples that there is place for; the system gives memory only to those that come. */
  constructor(most: number) {
    this.#samples = new Float32Array(most);
    this.#bytes = new Uint8Array(this.#samples.buffer);
  }

  /**
   * What is beyond full scale is cut off.
   * @returns whether there was place for it.
   * @throws SentinelError ES_AUDIO_INVALID for what is no number
   */
  add(piece: Uint8Array): boolean {
    if (this.#filled + piece.length > this.#bytes.length) return false;
    this.#bytes.set(piece, this.#filled);
    this.#filled += piece.length;
    const end = Math.floor(this.#filled / bytesPerSample);
    for (; this.#looked < end; this.#looked += 1) {
      const sample = this.#samples[this.#looked] ?? 0;
      if (!Number.isFinite(sample)) {
        throw new SentinelError(
          'ES_AUDIO_INVALID',
          'The sound file cannot be used: it holds numbers that are no sound.',
        );
      }
      if (Math.abs(sample) > 1) this.#samples[this.#looked] = Math.sign(sample);
    }
    return true;
  }

  /** The whole samples that came, not copied. */
  get samples(): Float32Array {
    return this.#samples.subarray(0, this.#looked);
  }
}
