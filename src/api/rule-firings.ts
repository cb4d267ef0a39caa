import type { RuleCount } from '../evidence/rule-counts.ts';
import { SharedAnswer } from '../site/shared-answer.ts';
import type { Site } from '../site/site.ts';

/** Pages ask every 5 s, each of them: a large history is counted once for all. */
const keepMs = 10_000;
/** A disk that hangs does not keep the rules back. */
const patienceMs = 2000;

/** How often the rules of each Site held. */
export class RuleFirings {
  readonly #counted = new WeakMap<Site, SharedAnswer<RuleCount[]>>();

  /** None where the database cannot be asked, or does not answer in time: the rules are told all the same. */
  of(site: Site): Promise<RuleCount[]> {
    const known = this.#counted.get(site) ?? new SharedAnswer(() => countsOf(site), site.clock, keepMs);
    this.#counted.set(site, known);
    const { promise: impatience, resolve } = Promise.withResolvers<RuleCount[]>();
    const cancel = site.clock.after(patienceMs, () => {
      resolve([]);
    });
    return Promise.race([known.get().finally(cancel), impatience]);
  }
}

async function countsOf(site: Site): Promise<RuleCount[]> {
  const rules = site.rules.all.flatMap(({ node, rules }) => rules.map(({ id }) => ({ node, rule: id })));
  try {
    return await (await site.evidence()).ruleCounts(rules);
  } catch {
    return [];
  }
}
