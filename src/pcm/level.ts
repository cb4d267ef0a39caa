/** What silence is reported as: quieter than any microphone. */
const silenceDbfs = -100;
/** From here on a sample is at full scale: what lay above it was cut off. */
const fullScale = 32_766 / 32_768;

/** What is counted of samples: sums of pieces make those of the whole. */
export interface SampleSums {
  count: number;
  sum: number;
  squares: number;
  /** Largest absolute sample. */
  peak: number;
  /** Samples at full scale. */
  clipped: number;
}

/** What can be told of a piece of sound by its samples alone. */
export interface Loudness {
  /** RMS level of what can be heard, in dB relative to full scale: the constant that converters add counts for nothing. */
  dbfs: number;
  /** Largest absolute sample. */
  peak: number;
  /** The mean: what a converter adds to silence. */
  offset: number;
  /** Samples at full scale. */
  clipped: number;
}

/** Counts a piece of sound in one pass: by index, since this runs for every half second of every source. */
export function sumsOf(samples: Float32Array): SampleSums {
  // Not in one array: that would take three times as long.
  let sum = 0;
  let squares = 0;
  let peak = 0;
  let clipped = 0;
  const { length } = samples;
  for (let index = 0; index < length; index += 1) {
    const sample = samples[index] ?? 0;
    sum += sample;
    squares += sample * sample;
    const size = Math.abs(sample);
    if (size > peak) peak = size;
    if (size >= fullScale) clipped += 1;
  }
  return { count: length, sum, squares, peak, clipped };
}

/** How loud pieces of sound are together. */
export function loudnessOfSums(pieces: readonly SampleSums[]): Loudness {
  const total = (of: (piece: SampleSums) => number): number => pieces.reduce((sum, piece) => sum + of(piece), 0);
  const count = Math.max(
    1,
    total((piece) => piece.count),
  );
  const [offset, meanSquare] = [total(({ sum }) => sum) / count, total(({ squares }) => squares) / count];
  const audible = meanSquare - offset * offset;
  return {
    // Rounding may leave a little less or more than nothing of a constant.
    dbfs: decibels(audible < meanSquare * 1e-12 ? 0 : audible),
    peak: Math.max(0, ...pieces.map(({ peak }) => peak)),
    offset,
    clipped: total(({ clipped }) => clipped),
  };
}

export function loudnessOf(samples: Float32Array): Loudness {
  return loudnessOfSums([sumsOf(samples)]);
}

/** Audible level in dB relative to full scale, to a tenth, and the largest absolute sample. */
export function levelOf(samples: Float32Array): { dbfs: number; peak: number } {
  return levelOfSums([sumsOf(samples)]);
}

/** The same of pieces together. */
export function levelOfSums(pieces: readonly SampleSums[]): { dbfs: number; peak: number } {
  const { dbfs, peak } = loudnessOfSums(pieces);
  return { dbfs: Math.round(dbfs * 10) / 10, peak };
}

/** A peak in dB relative to full scale. */
export function peakDbfs(peak: number): number {
  return decibels(peak * peak);
}

function decibels(meanSquare: number): number {
  return meanSquare > 0 ? Math.max(silenceDbfs, 10 * Math.log10(meanSquare)) : silenceDbfs;
}
