import { seededRandom } from '../../../../scripts/demo/seeded-random.ts';

/** Chance that anybody can repeat: everything that a mutation decides comes from its number and the seed. */
export class Dice {
  readonly #random: () => number;

  constructor(seed: number, index: number) {
    this.#random = seededRandom((seed ^ Math.imul(index + 1, 0x9e37_79b1)) >>> 0);
    // Neighbouring seeds begin alike.
    for (let warm = 0; warm < 4; warm++) this.#random();
  }

  /** A whole number from 0 to below `end`. */
  below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  /** True with this probability. */
  chance(share: number): boolean {
    return this.#random() < share;
  }

  /** One of several; of none, undefined. */
  pick<T>(all: readonly T[]): T | undefined {
    return all[this.below(all.length)];
  }

  /** So many bytes of any value. */
  bytes(length: number): Buffer {
    return Buffer.from(Uint8Array.from({ length }, () => this.below(256)));
  }
}

/** What bytes of any format suffer: a few changed, cut off, filled, moved, or grown. Tells what it did. */
export function damage(bytes: Uint8Array, dice: Dice): { bytes: Buffer; told: string } {
  const damaged = Buffer.from(bytes);
  const at = dice.below(damaged.length);
  const length = 1 + dice.below(Math.min(64, damaged.length - at));
  switch (dice.below(6)) {
    case 0:
      return { bytes: damaged.subarray(0, at), told: `cut at ${at}` };
    case 1:
      return { bytes: damaged.fill(dice.below(256), at, at + length), told: `filled ${at}+${length}` };
    case 2: {
      const other = damaged.subarray(dice.below(damaged.length)).subarray(0, length);
      return {
        bytes: Buffer.concat([damaged.subarray(0, at), other, damaged.subarray(at)]),
        told: `inserted at ${at}`,
      };
    }
    case 3:
      return {
        bytes: Buffer.concat([damaged.subarray(0, at), damaged.subarray(at + length)]),
        told: `removed ${at}+${length}`,
      };
    default: {
      const places = Array.from({ length: 1 + dice.below(8) }, () => dice.below(damaged.length));
      for (const place of places)
        damaged[place] = dice.chance(0.5) ? dice.below(256) : (damaged[place] ?? 0) ^ (1 << dice.below(8));
      return { bytes: damaged, told: `changed ${places.join(' ')}` };
    }
  }
}
