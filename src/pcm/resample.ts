/**
 * Band-limited resampling by a windowed sinc.
 * Source: Julius O. Smith, "Digital Audio Resampling", https://ccrma.stanford.edu/~jos/resample/
 */

/** Zero crossings of the sinc on either side: the steepness of the filter. */
const crossings = 16;
/** Points of the kernel between two crossings; linear interpolation between them errs below -90 dB. */
const pointsPerCrossing = 512;
/** Share of the band that passes; the rest is the filter's slope. */
const passBand = 0.94;

const kernel = Float64Array.from({ length: crossings * pointsPerCrossing + 2 }, (_, point) => {
  const x = point / pointsPerCrossing;
  const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
  return x < crossings ? sinc * blackman(x / crossings) : 0;
});

/** Right half of the Blackman window, 1 at 0 and 0 at 1. */
function blackman(x: number): number {
  return 0.42 + 0.5 * Math.cos(Math.PI * x) + 0.08 * Math.cos(2 * Math.PI * x);
}

/** The kernel at a distance from its centre, in crossings. */
function kernelAt(distance: number): number {
  const place = distance * pointsPerCrossing;
  const point = Math.floor(place);
  const before = kernel[point] ?? 0;
  const after = kernel[point + 1] ?? 0;
  return before + (after - before) * (place - point);
}

/** How many samples on either side have a say in a resampled one. */
export function resampleReach(from: number, to: number): number {
  return Math.ceil(crossings / cutoffOf(from, to));
}

/** Share of the input's band that is kept. */
function cutoffOf(from: number, to: number): number {
  return Math.min(1, to / from) * passBand;
}

/**
 * Sound at another rate; what the new rate cannot hold is filtered out.
 * @param part For a piece of a longer sound: how many samples at its beginning only lead in, and how many to give. Pieces
 * with `resampleReach` samples around them join without a seam.
 */
export function resample(
  samples: Float32Array,
  from: number,
  to: number,
  { lead, count }: { lead: number; count: number } = { lead: 0, count: Math.ceil((samples.length * to) / from) },
): Float32Array {
  if (from === to) return samples.subarray(lead, lead + count);
  const cutoff = cutoffOf(from, to);
  const reach = crossings / cutoff;
  const resampled = new Float32Array(count);
  for (let index = 0; index < resampled.length; index++) {
    const centre = lead + (index * from) / to;
    const last = Math.min(samples.length - 1, Math.floor(centre + reach));
    let sum = 0;
    for (let at = Math.max(0, Math.ceil(centre - reach)); at <= last; at++) {
      sum += (samples[at] ?? 0) * kernelAt(Math.abs(centre - at) * cutoff);
    }
    resampled[index] = sum * cutoff;
  }
  return resampled;
}
