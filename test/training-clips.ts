import { gaussian, seededRandom } from '../scripts/demo/seeded-random.ts';
import { paneSound, roomTone } from '../scripts/demo/pane-sound.ts';
import { encodeWav } from '../src/pcm/wav.ts';
import type { ZipPart } from './zip-writer.ts';

const rate = 16_000;

/** A pane that breaks in a quiet room. */
export function paneClip(seed: number): Float32Array {
  const [pane, room] = [paneSound(seed), roomTone(1.6, seed)];
  return room.map((sample, index) => sample + 0.7 * (pane[index] ?? 0));
}

/** A doorbell: two notes, of another pitch each time. */
export function bellClip(seed: number): Float32Array {
  const random = seededRandom(seed);
  const pitch = 500 + 300 * random();
  const room = roomTone(1.6, seed);
  return room.map((sample, index) => {
    const [note, at] = index < 0.7 * rate ? [pitch, index] : [0.8 * pitch, index - 0.7 * rate];
    return sample + 0.4 * Math.sin((2 * Math.PI * note * index) / rate) * Math.exp((-4 * at) / rate);
  });
}

/** A fan: noise without an end. */
export function fanClip(seed: number): Float32Array {
  const random = seededRandom(seed);
  let level = 0;
  return Float32Array.from({ length: 1.6 * rate }, () => {
    level = 0.9 * level + 0.1 * gaussian(random);
    return 0.3 * level;
  });
}

export function wav(samples: Float32Array): Buffer {
  return encodeWav(samples, rate);
}

/** So many recordings of a class, as they stand in a zip. */
export function clipParts(label: string, count: number, clip: (seed: number) => Float32Array, from = 1): ZipPart[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `${label}/${from + index}.wav`,
    bytes: wav(clip(from + index)),
  }));
}

/** A WAV file of 32 bit floats, which may hold what is no sound. */
export function floatWav(samples: Float32Array): Buffer {
  const file = Buffer.alloc(44 + 4 * samples.length);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(36 + 4 * samples.length, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  [16, 3 + (1 << 16), rate, 4 * rate, 4 + (32 << 16)].forEach((value, index) =>
    file.writeUInt32LE(value, 16 + 4 * index),
  );
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(4 * samples.length, 40);
  samples.forEach((sample, index) => file.writeFloatLE(sample, 44 + 4 * index));
  return file;
}

/** Files that nobody can learn from, by the reason that is told. */
export const uselessFiles: readonly (ZipPart & { reason: RegExp })[] = [
  {
    name: 'danger/notes.wav',
    bytes: Buffer.from('no sound at all, but a name that ends like one'),
    reason: /none of the formats/,
  },
  { name: 'danger/cut.wav', bytes: wav(paneClip(1)).subarray(0, 30), reason: /cannot be used/ },
  { name: 'danger/nan.wav', bytes: floatWav(new Float32Array(8000).fill(NaN)), reason: /numbers that are no sound/ },
  { name: 'safe/short.wav', bytes: wav(new Float32Array(100).fill(0.5)), reason: /shorter than 0.1 s/ },
  { name: 'safe/silent.wav', bytes: wav(new Float32Array(16_000)), reason: /silent/ },
  {
    name: 'safe/long.wav',
    bytes: wav(new Float32Array(61 * 16_000).fill(0.1)),
    deflate: false,
    reason: /longer than 60 s/,
  },
  { name: 'safe/empty.wav', bytes: Buffer.alloc(0), deflate: false, reason: /empty/ },
  { name: 'safe/more.zip', bytes: Buffer.from('PK'), reason: /archive/ },
  { name: 'loose.wav', bytes: wav(bellClip(1)), reason: /no folder/ },
];
