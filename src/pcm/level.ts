/** What silence is reported as: quieter than any microphone. */
const silenceDbfs = -100;

/** RMS level in dB relative to full scale, and the largest absolute sample. */
export function levelOf(samples: Float32Array): { dbfs: number; peak: number } {
  let sum = 0;
  let peak = 0;
  for (const sample of samples) {
    sum += sample * sample;
    const size = Math.abs(sample);
    if (size > peak) peak = size;
  }
  const rms = Math.sqrt(sum / Math.max(1, samples.length));
  const dbfs = rms > 0 ? Math.max(silenceDbfs, 20 * Math.log10(rms)) : silenceDbfs;
  return { dbfs: Math.round(dbfs * 10) / 10, peak };
}
