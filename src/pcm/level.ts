/** What silence is reported as: quieter than any microphone. */
const silenceDbfs = -100;
/** From here on a sample is at full scale: what lay above it was cut off. */
const fullScale = 32_766 / 32_768;

/** What can be told of a piece of sound by its samples alone. Levels are RMS in dB relative to full scale. */
export interface Loudness {
  dbfs: number;
  /** Without the constant that converters add, which nobody hears. */
  audibleDbfs: number;
  /** Largest absolute sample. */
  peak: number;
  /** The mean: what a converter adds to silence. */
  offset: number;
  /** Samples at full scale. */
  clipped: number;
}

/** Measures a piece of sound in one pass: by index, since this runs for every half second of every source. */
export function loudnessOf(samples: Float32Array): Loudness {
  let [sum, squares, peak, clipped] = [0, 0, 0, 0];
  const { length } = samples;
  for (let index = 0; index < length; index += 1) {
    const sample = samples[index] ?? 0;
    sum += sample;
    squares += sample * sample;
    const size = Math.abs(sample);
    if (size > peak) peak = size;
    if (size >= fullScale) clipped += 1;
  }
  const count = Math.max(1, length);
  const [offset, meanSquare] = [sum / count, squares / count];
  // Rounding may leave a little less or more than nothing of a constant.
  const audible = meanSquare - offset * offset;
  const audibleDbfs = decibels(audible < meanSquare * 1e-12 ? 0 : audible);
  return { dbfs: decibels(meanSquare), audibleDbfs, peak, offset, clipped };
}

/** RMS level in dB relative to full scale, to a tenth, and the largest absolute sample. */
export function levelOf(samples: Float32Array): { dbfs: number; peak: number } {
  const { dbfs, peak } = loudnessOf(samples);
  return { dbfs: Math.round(dbfs * 10) / 10, peak };
}

/** A peak in dB relative to full scale. */
export function peakDbfs(peak: number): number {
  return decibels(peak * peak);
}

function decibels(meanSquare: number): number {
  return meanSquare > 0 ? Math.max(silenceDbfs, 10 * Math.log10(meanSquare)) : silenceDbfs;
}
