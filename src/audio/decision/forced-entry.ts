/** A blow is heard from this raw score on. */
const heardFrom = 0.1;
const rule = { blows: 2, withinMs: 8000, glassMs: 5000 } as const;
/** One blow is in the windows of one second: what lasts longer is another one, as when somebody kicks again and again. */
const oneBlowMs = 1500;

/** What one window says. */
export interface ImpactWindow {
  /** Score of forced_entry, and where it begins to count. */
  score: number;
  threshold: number;
  /** Raw score of the clearest of the impacts: neither Door nor Knock is one, so that they alone never count. */
  impact: number;
  /** Breaking glass is heard in this window. */
  hasGlass: boolean;
}

/**
 * The stated rule of forced_entry, experimental: two blows within 8 s, or one within 5 s of breaking glass. A blow begins
 * where the score of forced_entry rises above its threshold and one of the classes of impacts is heard; the clatter of the pane itself
 * is none.
 */
export class ForcedEntryRule {
  #blows: { at: number; score: number }[] = [];
  #glassAt = -Infinity;
  #isAbove = false;

  /** @returns why it is one, and the best score of its blows; undefined when the rule does not hold in this window. */
  hear(at: number, { score, threshold, impact, hasGlass }: ImpactWindow): { score: number; why: string } | undefined {
    if (hasGlass) this.#glassAt = at;
    const isAbove = score >= threshold && impact >= heardFrom;
    this.#blows = this.#blows.filter((blow) => at - blow.at <= rule.withinMs);
    const last = this.#blows.at(-1);
    const begins = isAbove && (!this.#isAbove || (last !== undefined && at - last.at >= oneBlowMs));
    this.#isAbove = isAbove;
    if (begins && !hasGlass) this.#blows.push({ at, score });
    const best = Math.max(0, ...this.#blows.map((blow) => blow.score));
    const newest = this.#blows.at(-1);
    if (newest === undefined || !(isAbove || hasGlass)) return undefined;
    const first = this.#blows[0] ?? newest;
    const count = this.#blows.length;
    if (count >= rule.blows) {
      return { score: best, why: `${count} blows within ${seconds(newest.at - first.at)} s (experimental rule).` };
    }
    const apart = Math.abs(this.#glassAt - newest.at);
    if (apart > rule.glassMs) return undefined;
    return { score: best, why: `A blow within ${seconds(apart)} s of breaking glass (experimental rule).` };
  }
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
