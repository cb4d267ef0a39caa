export { seededRandom } from '../../src/audio/training/learning/seeded-random.ts';

/** A number between two limits. */
export function between(random: () => number, low: number, high: number): number {
  return low + (high - low) * random();
}

/** Standard normal numbers (Box and Muller). */
export function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
