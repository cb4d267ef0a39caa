import FFT from 'fft.js';
import { soundWindow } from '../pcm/sound-window.ts';
import { melBands } from './mel-bands.ts';

/**
 * YAMNet's front end, number for number: frames of 25 ms every 10 ms, periodic Hann window, magnitude spectrum of
 * 512 points, 64 mel bands, logarithm.
 * Source: https://github.com/tensorflow/models/blob/master/research/audioset/yamnet/params.py and features.py
 */
const frameSamples = 400;
const frameHop = 160;
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

/** Computes log-mel patches. Keeps its buffers, so one instance serves one thread. */
export class LogMel {
  readonly #fft = new FFT(fftPoints);
  readonly #frame = new Float64Array(fftPoints);
  /** Real and imaginary parts in turn. */
  readonly #spectrum = new Float64Array(2 * fftPoints);
  readonly #magnitudes = new Float64Array(bins);

  /**
   * Writes the patch of one sound window, frame by frame; or more frames of a longer sound, which windows share.
   * @param samples 15,600 samples at 16 kHz, -1..1; 160 more for each frame more. What is absent is silence.
   * @param into Place for 96 x 64 numbers, 64 for each frame.
   */
  write(samples: Float32Array, into: Float32Array, frames: number = patch.frames): void {
    for (let frame = 0; frame < frames; frame++) {
      this.#measure(samples, frame * frameHop);
      bands.forEach(({ first, weights }, band) => {
        let energy = 0;
        weights.forEach((weight, index) => {
          energy += weight * (this.#magnitudes[first + index] ?? 0);
        });
        into[frame * patch.bands + band] = Math.log(energy + logOffset);
      });
    }
  }

  /** The magnitude spectrum of the frame that begins at `start`, zero-padded to the size of the transform. */
  #measure(samples: Float32Array, start: number): void {
    hannWindow.forEach((weight, index) => {
      this.#frame[index] = weight * (samples[start + index] ?? 0);
    });
    this.#fft.realTransform(this.#spectrum, this.#frame);
    for (let bin = 0; bin < bins; bin++) {
      const [real, imaginary] = [this.#spectrum[2 * bin] ?? 0, this.#spectrum[2 * bin + 1] ?? 0];
      this.#magnitudes[bin] = Math.sqrt(real * real + imaginary * imaginary);
    }
  }
}
