/**
 * Band-limited resampling by a windowed sinc whose weights are computed once per rate.
 * Sources: Julius O. Smith, "Digital Audio Resampling", https://ccrma.stanford.edu/~jos/resample/; J. F. Kaiser and
 * R. W. Schafer, "On the use of the I0-sinh window for spectrum analysis" (1980).
 */

/** Zero crossings of the sinc on either side: the steepness of the filter. */
const crossings = 30;
/** Of the Kaiser window: what lies beyond the band is more than 60 dB down. */
const beta = 6;
/** The middle of the filter's slope, as a share of the band: flat up to 7/8 of it, nothing above 1. */
const middle = 15 / 16;
/** Places between two samples that have weights of their own; between those, two are mixed, which errs below -90 dB. */
const mostPhases = 1024;
const usualPhases = 256;
/** Rates whose weights are kept: those of a second of 192 kHz fill a megabyte. */
const mostKept = 4;

/** The weights of the samples around a place, for each place between two samples. */
interface Weights {
  phases: number;
  /** Samples on either side that have a say. */
  reach: number;
  /** One for each of the `2 * reach` samples around it. */
  rows: readonly Float32Array[];
}

const kept = new Map<string, Weights>();

/** How many samples on either side have a say in a resampled one. */
export function resampleReach(from: number, to: number): number {
  return Math.ceil(crossings / cutoffOf(from, to));
}

/** Input samples after which input and output are in step again: pieces of a sound begin at multiples of it. */
export function resampleStep(from: number, to: number): { from: number; to: number } {
  const common = greatestDivisor(from, to);
  return { from: from / common, to: to / common };
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
  const { phases, reach, rows } = weightsFor(from, to);
  const resampled = new Float32Array(count);
  for (let index = 0; index < count; index++) {
    const ahead = index * from;
    const whole = Math.floor(ahead / to);
    const place = ((ahead - whole * to) * phases) / to;
    const phase = Math.floor(place);
    const first = lead + whole - reach + 1;
    const here = weighed(samples, first, rows[phase]);
    // Zero wherever every place has weights of its own.
    const share = place - phase;
    resampled[index] = share === 0 ? here : here + share * (weighed(samples, first, rows[phase + 1]) - here);
  }
  return resampled;
}

/** The sum of weighted samples; there is nothing before the first and after the last. */
function weighed(samples: Float32Array, first: number, row: Float32Array = new Float32Array()): number {
  const begin = Math.max(0, -first);
  const end = Math.min(row.length, samples.length - first);
  let sum = 0;
  for (let at = begin; at < end; at++) sum += (row[at] ?? 0) * (samples[first + at] ?? 0);
  return sum;
}

function weightsFor(from: number, to: number): Weights {
  const name = `${from}/${to}`;
  const known = kept.get(name);
  if (known !== undefined) return known;
  const weights = newWeights(from, to);
  kept.set(name, weights);
  const [oldest] = kept.keys();
  if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
  return weights;
}

function newWeights(from: number, to: number): Weights {
  const exact = resampleStep(from, to).to;
  const phases = exact <= mostPhases ? exact : usualPhases;
  const [cutoff, reach] = [cutoffOf(from, to), resampleReach(from, to)];
  // One more than there are: the last place is mixed with the first of the next sample.
  const rows = Array.from({ length: phases + 1 }, (_, phase) => {
    const row = Float64Array.from({ length: 2 * reach }, (_weight, at) => {
      return kernelAt(Math.abs(at - reach + 1 - phase / phases) * cutoff);
    });
    const sum = row.reduce((all, weight) => all + weight, 0);
    return Float32Array.from(row, (weight) => weight / sum);
  });
  return { phases, reach, rows };
}

/** Share of the input's band that is kept. */
function cutoffOf(from: number, to: number): number {
  return Math.min(1, to / from) * middle;
}

/** The sinc in its window, at a distance from its centre in crossings. */
function kernelAt(distance: number): number {
  if (distance >= crossings) return 0;
  const sinc = distance === 0 ? 1 : Math.sin(Math.PI * distance) / (Math.PI * distance);
  return (sinc * bessel(beta * Math.sqrt(1 - (distance / crossings) ** 2))) / bessel(beta);
}

/** The modified Bessel function of the first kind and order zero, by its series. */
function bessel(x: number): number {
  let [sum, term] = [1, 1];
  for (let n = 1; term > sum * 1e-12; n++) {
    term *= (x / (2 * n)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
