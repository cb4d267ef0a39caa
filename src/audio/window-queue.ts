/** Waiting places per source: about four seconds of sound. */
const mostPerSource = 8;
/** More sources than one worker can listen to; beyond that, new ones are turned away. */
const mostSources = 64;

/**
 * Bounded queue of sound windows. Unlike pictures, the newest does not replace the others, since each may hold the
 * transient; only when a source has too many waiting its oldest gives way.
 */
export class WindowQueue<Item> {
  readonly #sources = new Map<string, Item[]>();

  /** @returns the item that had to give way, if any: an older one of the same source, or the new one itself. */
  put(source: string, item: Item): Item | undefined {
    const waiting = this.#sources.get(source);
    if (waiting === undefined) {
      if (this.#sources.size >= mostSources) return item;
      this.#sources.set(source, [item]);
      return undefined;
    }
    waiting.push(item);
    return waiting.length > mostPerSource ? waiting.shift() : undefined;
  }

  /** Takes up to `count` items, one of each source in turn, oldest first. */
  take(count: number): Item[] {
    const taken: Item[] = [];
    while (taken.length < count) {
      const next = this.#sources.entries().next().value;
      if (next === undefined) break;
      const [source, waiting] = next;
      const item = waiting.shift();
      // To the end of the row: the other sources come first now.
      this.#sources.delete(source);
      if (waiting.length > 0) this.#sources.set(source, waiting);
      if (item !== undefined) taken.push(item);
    }
    return taken;
  }
}
