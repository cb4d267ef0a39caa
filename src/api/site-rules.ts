import { maySee, maySeeSite, type Scope } from '../contracts/access.ts';
import { askedBy, type Rule } from '../contracts/configs.ts';
import type { RuleNode, RuleNodes, RuleSummary } from '../contracts/rule-list.ts';
import { ruleSentence } from '../fusion/rule-words/rule-sentence.ts';
import type { RuleCount } from '../evidence/rule-counts.ts';
import type { Language } from '../process/package-files.ts';
import { judged, modesOf, presetOf, type JudgedRule, type RuleHolder } from '../site/rule-board.ts';
import type { Site } from '../site/site.ts';
import { RuleFirings } from './rule-firings.ts';
import { ruleWords } from './rule-words.ts';

const firings = new RuleFirings();

/** The rules of all Sites that are open, as far as somebody may know them. */
export async function siteRules(sites: readonly Site[], language: Language, scope: Scope): Promise<RuleNodes> {
  const theirs = sites.filter(({ id }) => maySeeSite(scope, id));
  const nodes = await Promise.all(
    theirs.map(async (site) => {
      await site.arming.ready();
      const fired = mayCount(scope, site.id) ? await firings.of(site) : [];
      return site.rules.all.map((holder) => rulesOf(site, holder, language, scope, fired));
    }),
  );
  return { nodes: nodes.flat() };
}

function rulesOf(
  site: Site,
  { node, name, rules }: RuleHolder,
  language: Language,
  scope: Scope,
  fired: readonly RuleCount[],
): RuleNode {
  const ofNode = new Map(fired.filter((one) => one.node === node).map((one) => [one.rule, one]));
  const preset = presetOf(rules);
  return {
    ...{ site: site.id, siteName: site.name, node, name, mode: site.arming.now.counting },
    ...(preset === undefined ? {} : { preset }),
    rules: judged(rules, site)
      .filter(({ rule }) => isTheirs(rule, site.id, scope))
      .map((one) => ({ ...summaryOf(one, modesOf(one.rule, site), language), ...firingOf(ofNode.get(one.rule.id)) })),
  };
}

function firingOf(count: RuleCount | undefined): Pick<RuleSummary, 'fired'> {
  if (count === undefined) return {};
  const { day, week, month, falsePositives, falsePositiveShare, lastAt } = count;
  return {
    fired: {
      ...{ day, week, month, falsePositives },
      ...(falsePositiveShare === undefined ? {} : { falsePositiveShare }),
      ...(lastAt === undefined ? {} : { lastAt }),
    },
  };
}

function summaryOf({ rule, why }: JudgedRule, modes: string[], language: Language): RuleSummary {
  const { id, enabled, severity, label } = rule;
  return {
    ...{ id, enabled, severity, ...(label === undefined ? {} : { label }) },
    sentence: ruleSentence(rule, ruleWords(language)),
    ...{ modes, counts: why === undefined },
    ...(why === 'off' || why === 'mode' || why === 'schedule' ? { why } : {}),
  };
}

/** Counts are of all incidents: who may not see all of the site is not told. */
function mayCount({ sources }: Scope, site: string): boolean {
  return sources === undefined || sources.includes(site);
}

/** Who may not see the whole site gets no rule that names a source of others; an expression may name any. */
function isTheirs(rule: Rule, site: string, scope: Scope): boolean {
  if (mayCount(scope, site)) return true;
  const named = [...askedBy(rule), ...(rule.none ?? [])].flatMap(({ source }) => source ?? []);
  return rule.expression === undefined && named.every((source) => maySee(scope, site, source));
}
