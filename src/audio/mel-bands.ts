/** One triangle of the mel filter bank: weights of the spectrum's bins from `first` on. */
export interface MelBand {
  first: number;
  weights: Float64Array;
}

/** Parameters of a mel filter bank. */
export interface MelScale {
  bands: number;
  lowestHz: number;
  highestHz: number;
  /** Bins of the spectrum, from 0 Hz to half the sample rate. */
  bins: number;
  sampleRate: number;
}

/** HTK's mel scale. Source: S. Young et al., The HTK Book, section 5.4. */
function melOf(hz: number): number {
  return 1127 * Math.log(1 + hz / 700);
}

/**
 * Triangles that overlap by half, evenly spaced and straight-sided in mel, not normalised by area; 0 Hz counts for
 * none. The same as `tf.signal.linear_to_mel_weight_matrix`, without its zeros.
 */
export function melBands(scale: MelScale): MelBand[] {
  const [lowest, highest] = [melOf(scale.lowestHz), melOf(scale.highestHz)];
  const step = (highest - lowest) / (scale.bands + 1);
  const binMels = Array.from({ length: scale.bins }, (_, bin) => {
    return melOf((bin * scale.sampleRate) / 2 / (scale.bins - 1));
  });
  return Array.from({ length: scale.bands }, (_, band) => {
    const left = lowest + band * step;
    const right = left + 2 * step;
    const weights = binMels.map((mel) => Math.min((mel - left) / step, (right - mel) / step));
    const first = weights.findIndex((weight, bin) => bin > 0 && weight > 0);
    const end = weights.findLastIndex((weight) => weight > 0) + 1;
    return { first, weights: Float64Array.from(weights.slice(first, end)) };
  });
}
