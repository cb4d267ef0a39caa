/** What silence is reported as: quieter than any microphone. */
const silenceDbfs = -100;

/** RMS level in dB relative to full scale, and the largest absolute sample. */
export function levelOf(samples: Float32Array): { dbfs: number; peak: number } {
  let sum = 0;
  let peak = 0;
  // By index: an iterator makes an object of every sample, and this runs for every window of every camera.
  const { length } = samples;
  for (let index = 0; index < length; index += 1) {
    const sample = samples[index] ?? 0;
    sum += sample * sample;
    const size = Math.abs(sample);
    if (size > peak) peak = size;
  }
  return { dbfs: Math.round(decibels(sum / Math.max(1, samples.length)) * 10) / 10, peak };
}

/** RMS level of what can be heard: a constant, which converters add to silence, counts for nothing. */
export function audibleLevel(samples: Float32Array): number {
  const count = Math.max(1, samples.length);
  const mean = samples.reduce((sum, sample) => sum + sample, 0) / count;
  return decibels(samples.reduce((sum, sample) => sum + (sample - mean) ** 2, 0) / count);
}

function decibels(meanSquare: number): number {
  return meanSquare > 0 ? Math.max(silenceDbfs, 10 * Math.log10(meanSquare)) : silenceDbfs;
}

/** From here on a sample is at full scale: what lay above it was cut off. */
const fullScale = 32_766 / 32_768;

/** How many samples are at full scale. */
export function clippedIn(samples: Float32Array): number {
  return samples.reduce((count, sample) => (Math.abs(sample) >= fullScale ? count + 1 : count), 0);
}
