/** More sources than one worker can look after; of so many waiting ones the oldest gives way. */
const mostWaiting = 64;

/**
 * One waiting place per source: a newer item takes the place of the waiting one of its source, so that nothing queues
 * up behind a slow worker. Sources take turns: who has waited longest is next, and a newer item keeps its source's turn.
 */
export class LatestSlots<Item> {
  readonly #waiting = new Map<unknown, Item>();

  /** @returns the item that had to give way, if any. */
  put(source: unknown, item: Item): Item | undefined {
    const former = this.#waiting.get(source);
    this.#waiting.set(source, item);
    if (former !== undefined) return former;
    return this.#waiting.size > mostWaiting ? this.take() : undefined;
  }

  /** Takes the item whose source has waited longest. */
  take(): Item | undefined {
    for (const [source, item] of this.#waiting) {
      this.#waiting.delete(source);
      return item;
    }
    return undefined;
  }
}
