/** More sources than the workers of one machine can look after; of so many waiting ones the oldest gives way. */
const mostWaiting = 64;

export interface Placed {
  /** Whose place it waits in: two places are the same when all their parts are. */
  readonly place: readonly unknown[];
}

/**
 * One waiting place per source: a newer item takes the place of the waiting one of its source, so that nothing queues
 * up behind slow workers. Sources take turns: who has waited longest is next, and a newer item keeps its source's turn.
 */
export class LatestSlots<Item extends Placed> {
  /** Who has waited longest stands first. */
  readonly #waiting: Item[] = [];

  /** Shared memory of one number, for threads to read: how many wait. */
  readonly count = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

  /** @returns the item that had to give way, if any. */
  put(item: Item): Item | undefined {
    const index = this.#waiting.findIndex((waiting) => samePlace(waiting, item));
    if (index !== -1) return this.#waiting.splice(index, 1, item)[0];
    this.#waiting.push(item);
    const displaced = this.#waiting.length > mostWaiting ? this.#waiting.shift() : undefined;
    this.#tell();
    return displaced;
  }

  /** The item whose source has waited longest, of those that fit. */
  first(fits: (item: Item) => boolean): Item | undefined {
    return this.#waiting.find(fits);
  }

  /** Takes the item whose source has waited longest, of those that fit. */
  take(fits: (item: Item) => boolean = () => true): Item | undefined {
    const index = this.#waiting.findIndex(fits);
    if (index === -1) return undefined;
    const [item] = this.#waiting.splice(index, 1);
    this.#tell();
    return item;
  }

  #tell(): void {
    Atomics.store(this.count, 0, this.#waiting.length);
  }
}

/** Whether two items are of the same source. */
export function samePlace({ place }: Placed, { place: other }: Placed): boolean {
  return place.length === other.length && place.every((part, index) => part === other[index]);
}
