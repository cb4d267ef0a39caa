/** More sources than one worker can look after; of so many waiting ones the oldest gives way. */
const mostWaiting = 64;

/**
 * One waiting place per source: a newer item takes the place of the waiting one of its source, so that nothing queues
 * up behind a slow worker. Sources take turns: who has waited longest is next, and a newer item keeps its source's turn.
 */
export class LatestSlots<Item> {
  readonly #waiting = new Map<string, Item>();
  readonly #superseded = new Map<string, number>();

  /** @returns the item that had to give way, if any. */
  put(source: string, item: Item): { source: string; item: Item } | undefined {
    const former = this.#waiting.get(source);
    this.#waiting.set(source, item);
    if (former !== undefined) return this.#count({ source, item: former });
    if (this.#waiting.size <= mostWaiting) return undefined;
    const oldest = this.take();
    return oldest && this.#count(oldest);
  }

  /** Takes the item whose source has waited longest. */
  take(): { source: string; item: Item } | undefined {
    for (const [source, item] of this.#waiting) {
      this.#waiting.delete(source);
      return { source, item };
    }
    return undefined;
  }

  /** How many items of a source have given way to newer ones so far. */
  superseded(source: string): number {
    return this.#superseded.get(source) ?? 0;
  }

  #count(displaced: { source: string; item: Item }): { source: string; item: Item } {
    this.#superseded.set(displaced.source, this.superseded(displaced.source) + 1);
    return displaced;
  }
}
