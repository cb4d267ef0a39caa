import type { RuleCount } from '../evidence/rule-counts.ts';
import { SharedAnswer } from '../site/shared-answer.ts';
import type { Site } from '../site/site.ts';

/** Pages ask every 5 s, each of them: a large history is counted once for all. */
const keepMs = 10_000;

/** How often the rules of each Site held. */
export class RuleFirings {
  readonly #counted = new WeakMap<Site, SharedAnswer<RuleCount[]>>();

  /** None where the database cannot be asked: the rules are told all the same. */
  of(site: Site): Promise<RuleCount[]> {
    const known = this.#counted.get(site) ?? new SharedAnswer(() => countsOf(site), site.clock, keepMs);
    this.#counted.set(site, known);
    return known.get();
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
