/** Sources at a time; the one that was silent longest makes room. */
const most = 64;

/** What is known of each source. Messages name their source, so that there may be any number of them: it is bounded. */
export class RecentSources<State> {
  readonly #begin: () => State;
  readonly #forgotten: (state: State) => void;
  /** Who was silent longest stands first. */
  readonly #states = new Map<string, State>();

  /**
   * @param begin makes the state of a source that is new, or was forgotten.
   * @param forgotten is told of what had to make room.
   */
  constructor(begin: () => State, forgotten: (state: State) => void = () => undefined) {
    this.#begin = begin;
    this.#forgotten = forgotten;
  }

  /** The state of a source that has just said something. */
  of(source: string): State {
    const state = this.#states.get(source) ?? this.#begin();
    this.#states.delete(source);
    this.#states.set(source, state);
    const [silent] = this.#states.keys();
    if (this.#states.size > most && silent !== undefined) {
      const stale = this.#states.get(silent);
      this.#states.delete(silent);
      if (stale !== undefined) this.#forgotten(stale);
    }
    return state;
  }

  /** The state of a source, if it is known. */
  get(source: string): State | undefined {
    return this.#states.get(source);
  }

  forget(source: string): void {
    this.#states.delete(source);
  }

  /** All that are known. */
  get all(): [source: string, state: State][] {
    return [...this.#states];
  }
}
