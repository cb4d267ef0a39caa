import type { Random } from '../../../contracts/ports.ts';
import { soundWindow } from '../../../pcm/sound-window.ts';

/** How far a varied clip may be from the one that was brought. */
const limits = {
  /** Louder and softer, in dB. */
  gain: [-14, 6],
  /** Speed and pitch together. */
  speed: [0.93, 1.08],
  /** Noise behind it, in dB below its own level. */
  noise: [12, 40],
} as const;

/** How many varied copies are made of each clip: few clips need them most, and many would take too long. */
export function variantsFor(clips: number): number {
  return [100, 250, 800].filter((most) => clips <= most).length;
}

/**
 * A clip as it might have been recorded on another day: at another moment of the window, a little louder, slower or in more
 * noise. @param samples Mono, 16 kHz
 */
export function varied(samples: Float32Array, random: Random): Float32Array {
  const speed = between(random, limits.speed);
  const gain = 10 ** (between(random, limits.gain) / 20);
  const shift = Math.floor(random() * soundWindow.hop);
  const length = Math.floor((samples.length - 1) / speed) + 1;
  const noise = rms(samples) * 10 ** (-between(random, limits.noise) / 20);
  const clip = new Float32Array(shift + length);
  for (let index = 0; index < clip.length; index += 1) {
    const sound = index < shift ? 0 : interpolated(samples, (index - shift) * speed);
    // The sum of three even numbers is bell-shaped enough.
    const hiss = noise * 2 * (random() + random() + random() - 1.5);
    clip[index] = Math.min(1, Math.max(-1, gain * (sound + hiss)));
  }
  return clip;
}

function interpolated(samples: Float32Array, at: number): number {
  const first = Math.floor(at);
  const before = samples[first] ?? 0;
  return before + ((samples[first + 1] ?? before) - before) * (at - first);
}

function rms(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample ** 2;
  return Math.sqrt(sum / Math.max(1, samples.length));
}

function between(random: Random, [low, high]: readonly [number, number]): number {
  return low + (high - low) * random();
}
