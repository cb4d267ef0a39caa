import { soundWindow } from '../pcm/sound-window.ts';
import { melBands } from './mel-bands.ts';
import { BandEnergies } from './spectrum/band-energies.ts';

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

/** Computes log-mel patches. Keeps its memory, so one instance serves one thread. */
export class LogMel {
  readonly #pair = new BandEnergies({ hop: frameHop, window: hannWindow, bands, least: logOffset });

  /**
   * Writes the patch of one sound window, frame by frame; or more frames of a longer sound, which windows share.
   * @param samples 15,600 samples at 16 kHz, -1..1; 160 more for each frame more. What is absent is silence.
   * @param into Place for 96 x 64 numbers, 64 for each frame.
   * @param from First row to write; those before it are there already.
   */
  write(samples: Float32Array, into: Float32Array, frames: number = patch.frames, from = 0): void {
    const { samples: both, energies, measure } = this.#pair;
    // Frames that begin beyond the end.
    const heard = Math.max(from, Math.min(frames, Math.ceil(samples.length / frameHop)));
    into.fill(Math.log(logOffset), heard * patch.bands, frames * patch.bands);
    for (let frame = from; frame < heard; frame += 2) {
      const begin = frame * frameHop;
      const present = samples.subarray(begin, begin + both.length);
      both.set(present);
      both.fill(0, present.length);
      measure();
      for (let which = 0; which < Math.min(2, heard - frame); which += 1) {
        const place = (frame + which) * patch.bands;
        for (let band = 0; band < patch.bands; band += 1)
          into[place + band] = Math.log(energies[2 * band + which] ?? 0);
      }
    }
  }
}
