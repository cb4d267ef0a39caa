/** Shapes of a sound as they are drawn: how loud it was, and which tones were in it. */
export interface SoundShape {
  /** Highest amount of each column, 0 to 1 of the loudest. */
  loudness: number[];
  bands: number;
  columns: number;
  /** Strength of each band of each column, low bands first, 0 to 255. */
  strengths: Uint8Array;
}

const size = 512;
const bands = 64;
/** Quieter than this below the loudest is drawn as nothing. */
const rangeDb = 70;
const lowestHz = 60;

/** @param samples mono @param rate in Hz @param columns at most so many */
export function soundShape(samples: Float32Array, rate: number, columns = 400): SoundShape {
  const count = Math.max(1, Math.min(columns, Math.floor(samples.length / (size / 4))));
  const step = samples.length / count;
  const loudness = Array.from({ length: count }, (_, column) => {
    let most = 0;
    for (let at = Math.floor(column * step); at < Math.floor((column + 1) * step); at++) {
      most = Math.max(most, Math.abs(samples[at] ?? 0));
    }
    return most;
  });
  const loudest = Math.max(...loudness, 1e-9);
  const edges = bandEdges(rate);
  const powers = new Float32Array(count * bands);
  for (let column = 0; column < count; column++) {
    const spectrum = powerAt(samples, Math.round(column * step + step / 2 - size / 2));
    for (let band = 0; band < bands; band++) {
      const [from, to] = [edges[band] ?? 0, edges[band + 1] ?? 0];
      let sum = 0;
      for (let bin = from; bin < Math.max(from + 1, to); bin++) sum += spectrum[bin] ?? 0;
      powers[column * bands + band] = sum;
    }
  }
  const strongest = powers.reduce((most, power) => Math.max(most, power), 1e-12);
  const strengths = Uint8Array.from(powers, (power) => {
    const db = 10 * Math.log10(power / strongest + 1e-12);
    return Math.round(255 * Math.max(0, 1 + db / rangeDb));
  });
  return { loudness: loudness.map((one) => one / loudest), bands, columns: count, strengths };
}

/** First bins of the bands, whose width grows with their height as the ear has it. */
function bandEdges(rate: number): number[] {
  const mel = (hz: number): number => 1127 * Math.log(1 + hz / 700);
  const hz = (value: number): number => 700 * (Math.exp(value / 1127) - 1);
  const [low, high] = [mel(lowestHz), mel(rate / 2)];
  return Array.from({ length: bands + 1 }, (_, edge) => {
    return Math.round((hz(low + ((high - low) * edge) / bands) * size) / rate);
  });
}

/** Power of each bin of one window that begins at a sample; what lies outside the sound is silence. */
function powerAt(samples: Float32Array, from: number): Float32Array {
  const real = new Float32Array(size);
  const imaginary = new Float32Array(size);
  for (let n = 0; n < size; n++) {
    real[n] = (samples[from + n] ?? 0) * (0.5 - 0.5 * Math.cos((2 * Math.PI * n) / (size - 1)));
  }
  transform(real, imaginary);
  return real.slice(0, size / 2).map((value, bin) => value * value + (imaginary[bin] ?? 0) ** 2);
}

/** Fourier transform in place, by halving (Cooley and Tukey). */
function transform(real: Float32Array, imaginary: Float32Array): void {
  for (let n = 1, mirrored = 0; n < size; n++) {
    let bit = size >> 1;
    for (; mirrored & bit; bit >>= 1) mirrored ^= bit;
    mirrored ^= bit;
    if (n < mirrored) {
      [real[n], real[mirrored]] = [real[mirrored] ?? 0, real[n] ?? 0];
      [imaginary[n], imaginary[mirrored]] = [imaginary[mirrored] ?? 0, imaginary[n] ?? 0];
    }
  }
  for (let length = 2; length <= size; length *= 2) {
    for (let k = 0; k < length / 2; k++) {
      const angle = (-2 * Math.PI * k) / length;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      for (let at = k; at < size; at += length) {
        const other = at + length / 2;
        const [a, b] = [real[other] ?? 0, imaginary[other] ?? 0];
        const [turnedReal, turnedImaginary] = [a * cos - b * sin, a * sin + b * cos];
        const [ownReal, ownImaginary] = [real[at] ?? 0, imaginary[at] ?? 0];
        real[other] = ownReal - turnedReal;
        imaginary[other] = ownImaginary - turnedImaginary;
        real[at] = ownReal + turnedReal;
        imaginary[at] = ownImaginary + turnedImaginary;
      }
    }
  }
}
