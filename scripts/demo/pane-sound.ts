import { between, gaussian, seededRandom } from './seeded-random.ts';

export const soundRate = 16000;
const paneSeconds = 1.6;
/** Decay of the blow and loudness of its noise beside the shards. */
const blow = { decay: 0.05, loudness: 0.8 };
/** How many shards fall, the mean wait in seconds until one lands, and the range of its tones in Hz. */
const shards = { count: 61, meanWait: 0.39, lowest: 2100, highest: 7600, longestRing: 0.06 };

/**
 * A breaking pane, made from nothing but arithmetic: the blow is a short burst of differentiated noise, every
 * falling shard a cluster of decaying sine tones. Mono, 16 kHz, peak 1, onset at sample 0. Seeds differ in how
 * well a sound model knows them; `recognisedPane` is one that echosight-audio-v1 knows at every window offset.
 */
export function paneSound(seed: number): Float32Array {
  const random = seededRandom(seed);
  const sound = new Float64Array(Math.round(paneSeconds * soundRate));
  addBlow(sound, random);
  for (let shard = 0; shard < shards.count; shard += 1) addShard(sound, random);
  return normalised(sound);
}

export const recognisedPane = 45;

/** The tone of an empty room: noise that falls off with frequency, some -56 dBFS. */
export function roomTone(seconds: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  const tone = new Float32Array(Math.round(seconds * soundRate));
  let level = 0;
  for (let index = 0; index < tone.length; index += 1) {
    level = 0.98 * level + 0.02 * gaussian(random);
    tone[index] = level * 0.015;
  }
  return tone;
}

function addBlow(sound: Float64Array, random: () => number): void {
  let previous = 0;
  for (let index = 0; index < sound.length; index += 1) {
    const value = gaussian(random) * Math.exp(-index / soundRate / blow.decay) * blow.loudness;
    add(sound, index, value - previous);
    previous = value;
  }
}

function addShard(sound: Float64Array, random: () => number): void {
  const start = Math.round(-Math.log(1 - random()) * shards.meanWait * soundRate);
  const loudness = between(random, 0.02, 0.35);
  const partials = Math.floor(between(random, 3, 9));
  for (let partial = 0; partial < partials; partial += 1) {
    const level = loudness * random();
    const frequency = between(random, shards.lowest, shards.highest);
    const phase = between(random, 0, 2 * Math.PI);
    const decay = between(random, 0.01, shards.longestRing);
    for (let index = start; index < sound.length; index += 1) {
      const age = (index - start) / soundRate;
      add(sound, index, level * Math.sin(2 * Math.PI * frequency * age + phase) * Math.exp(-age / decay));
    }
  }
}

function add(sound: Float64Array, index: number, value: number): void {
  sound[index] = (sound[index] ?? 0) + value;
}

function normalised(sound: Float64Array): Float32Array {
  let peak = 1e-9;
  for (const value of sound) peak = Math.max(peak, Math.abs(value));
  return Float32Array.from(sound, (value) => value / peak);
}
