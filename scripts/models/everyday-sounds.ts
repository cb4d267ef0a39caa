import { gaussian, seededRandom } from '../demo/seeded-random.ts';
import { roomTone } from '../demo/pane-sound.ts';

const rate = 16_000;
const length = 15_600;

/** Everyday sounds made from nothing but arithmetic: what stands in every room, and what recordings are rare of. */
export const everydaySounds: readonly { name: string; count: number; make: (seed: number) => Float32Array }[] = [
  { name: 'room', count: 8, make: (seed) => louder(roomTone(length / rate, seed), 1 + 20 * seededRandom(seed)()) },
  { name: 'noise', count: 14, make: noise },
  { name: 'hum', count: 8, make: hum },
  { name: 'speech', count: 28, make: speech },
];

function louder(samples: Float32Array, gain: number): Float32Array {
  return samples.map((sample) => gain * sample);
}

/** From hiss to rumble, at any level. */
function noise(seed: number): Float32Array {
  const random = seededRandom(seed);
  const [smooth, gain] = [random() * 0.98, 10 ** (-0.3 - 2 * random())];
  let level = 0;
  return Float32Array.from({ length }, () => {
    level = smooth * level + (1 - smooth) * gaussian(random);
    return (gain * level) / Math.sqrt((1 - smooth) / (1 + smooth));
  });
}

/** Mains and motors: a low tone with overtones, a little unsteady. */
function hum(seed: number): Float32Array {
  const random = seededRandom(seed);
  const pitch = 40 + 80 * random();
  const overtones = Array.from({ length: 8 }, (_, index) => random() / (1 + index));
  const gain = 0.02 + 0.2 * random();
  return Float32Array.from({ length }, (_, index) => {
    const time = index / rate;
    const wave = overtones.reduce((sum, share, at) => sum + share * Math.sin(2 * Math.PI * pitch * (at + 1) * time), 0);
    return gain * wave + 0.002 * gaussian(random);
  });
}

/** Syllables of a voice: pulses of a throat through three resonances that move from vowel to vowel. */
function speech(seed: number): Float32Array {
  const random = seededRandom(seed);
  const base = 90 + 150 * random();
  const gain = 0.05 + 0.4 * random();
  const sound = new Float32Array(length);
  let phase = 0;
  for (let start = 0; start < length;) {
    const end = Math.min(length, start + Math.round(rate * (0.09 + 0.16 * random())));
    const formants = [300 + 500 * random(), 900 + 1400 * random(), 2300 + 900 * random()].map(resonance);
    const voiced = random() < 0.8;
    const pitch = base * (0.85 + 0.4 * random());
    for (let at = start; at < end; at += 1) {
      phase += pitch / rate;
      const pulse = voiced ? (phase >= 1 ? 1 : 0) : 0.15 * gaussian(random);
      if (phase >= 1) phase -= 1;
      const rise = Math.sin((Math.PI * (at - start)) / (end - start));
      sound[at] = rise * formants.reduce((sum, pass, index) => sum + pass(pulse) / (1 + index), 0);
    }
    start = end + Math.round(rate * 0.06 * random());
  }
  const peak = sound.reduce((most, sample) => Math.max(most, Math.abs(sample)), 1e-9);
  return sound.map((sample) => (gain * sample) / peak);
}

/** A resonance of two poles. */
function resonance(hz: number): (sample: number) => number {
  const radius = 0.975;
  const turn = 2 * radius * Math.cos((2 * Math.PI * hz) / rate);
  let [last, before] = [0, 0];
  return (sample) => {
    const now = sample + turn * last - radius * radius * before;
    [before, last] = [last, now];
    return now;
  };
}
