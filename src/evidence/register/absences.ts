/** A deploy closes every node before it makes the new ones; Node-RED gives up on one that takes 15 s to close. */
const patienceMs = 20_000;

/** What stands in the register and is not in the flow: only what stays away is gone. */
export class Absences {
  #since = new Map<string, number>();
  #before = new Map<string, number>();

  /** A look at the flow begins. What is not asked for during it is back. */
  begin(): void {
    this.#before = this.#since;
    this.#since = new Map();
  }

  /** Since when something is gone; undefined while it may come back. @param now epoch ms. */
  goneAt(key: string, now: number): number | undefined {
    const since = Math.min(this.#before.get(key) ?? now, now);
    if (now - since >= patienceMs) return since;
    this.#since.set(key, since);
    return undefined;
  }

  /** In how many milliseconds the next of them may be gone; undefined: nothing is away. */
  next(now: number): number | undefined {
    const since = [...this.#since.values()];
    return since.length === 0 ? undefined : Math.max(0, Math.min(...since) + patienceMs - now);
  }
}
