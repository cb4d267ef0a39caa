import FFT from 'fft.js';
import { soundWindow } from '../pcm/sound-window.ts';
import { melBands, type MelBand } from './mel-bands.ts';

/**
 * YAMNet's front end, number for number: frames of 25 ms every 10 ms, periodic Hann window, magnitude spectrum of
 * 512 points, 64 mel bands, logarithm.
 * Source: https://github.com/tensorflow/models/blob/master/research/audioset/yamnet/params.py and features.py
 */
const frameSamples = 400;
export const frameHop = 160;
const fftPoints = 512;
const bins = fftPoints / 2 + 1;
const logOffset = 0.001;

/** Rows and columns of the log-mel patch of one sound window. */
export const patch = { frames: 96, bands: 64, size: 96 * 64 } as const;

/** Periodic: the window of 400 samples is the beginning of one of 401. */
export const hannWindow: Float64Array = Float64Array.from({ length: frameSamples }, (_, index) => {
  return 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / frameSamples);
});

export const bands = melBands({
  bands: patch.bands,
  lowestHz: 125,
  highestHz: 7500,
  bins,
  sampleRate: soundWindow.sampleRate,
});

const noBand: MelBand = { first: 0, weights: new Float64Array() };
/** The others have no weight: below 125 Hz and above 7,500 Hz. */
const firstBin = Math.min(...bands.map(({ first }) => first));
const endBin = Math.max(...bands.map(({ first, weights }) => first + weights.length));

/** Computes log-mel patches. Keeps its buffers, so one instance serves one thread. */
export class LogMel {
  readonly #fft = new FFT(fftPoints);
  /** The end stays zero: frames are shorter than the transform. */
  readonly #frame = new Float64Array(fftPoints);
  /** Real and imaginary parts in turn. */
  readonly #spectrum = new Float64Array(2 * fftPoints);
  readonly #magnitudes = new Float64Array(bins);

  /**
   * Writes the patch of one sound window, frame by frame; or more frames of a longer sound, which windows share.
   * @param samples 15,600 samples at 16 kHz, -1..1; 160 more for each frame more. What is absent is silence.
   * @param into Place for 96 x 64 numbers, 64 for each frame.
   * @param from First row to write; those before it are there already.
   */
  write(samples: Float32Array, into: Float32Array, frames: number = patch.frames, from = 0): void {
    for (let frame = from; frame < frames; frame++) {
      this.#measure(samples, frame * frameHop);
      this.#weigh(into, frame * patch.bands);
    }
  }

  /** The magnitude spectrum of the frame that begins at `start`, as far as a band has a weight for it. */
  #measure(samples: Float32Array, start: number): void {
    const [frame, spectrum, magnitudes] = [this.#frame, this.#spectrum, this.#magnitudes];
    for (let index = 0; index < frameSamples; index++) {
      frame[index] = (hannWindow[index] ?? 0) * (samples[start + index] ?? 0);
    }
    this.#fft.realTransform(spectrum, frame);
    for (let bin = firstBin; bin < endBin; bin++) {
      const [real, imaginary] = [spectrum[2 * bin] ?? 0, spectrum[2 * bin + 1] ?? 0];
      magnitudes[bin] = Math.sqrt(real * real + imaginary * imaginary);
    }
  }

  #weigh(into: Float32Array, place: number): void {
    const magnitudes = this.#magnitudes;
    for (let band = 0; band < patch.bands; band++) {
      const { first, weights } = bands[band] ?? noBand;
      let energy = logOffset;
      for (let index = 0; index < weights.length; index++) {
        energy += (weights[index] ?? 0) * (magnitudes[first + index] ?? 0);
      }
      into[place + band] = Math.log(energy);
    }
  }
}
