import { sql, type Kysely } from 'kysely';
import type { RuleFiring } from '../contracts/rule-list.ts';
import type { Tables } from '../database/tables.ts';
import { together } from '../database/together.ts';

const dayMs = 86_400_000;

/** A rule of a node. */
export interface RuleName {
  node: string;
  rule: string;
}

export type RuleCount = RuleName & RuleFiring;

/**
 * In how many incidents each rule held, counted in the database by its index: one message for all of them.
 * @param now epoch ms
 */
export async function countRules(query: Kysely<Tables>, rules: readonly RuleName[], now: number): Promise<RuleCount[]> {
  if (rules.length === 0) return [];
  const nodes = [...new Set(rules.map(({ node }) => node))];
  const month = now - 30 * dayMs;
  const since = (days: number) => sql<number>`sum(first_at >= ${now - days * dayMs})`;
  const counts = query
    .selectFrom('rules_fired')
    .select(({ fn }) => ['node', 'rule', fn.countAll<number>().as('month'), since(1).as('day'), since(7).as('week')])
    .where('node', 'in', nodes)
    .where('first_at', '>=', month)
    .groupBy(['node', 'rule']);
  const falsePositives = query
    .selectFrom('incidents')
    .innerJoin('rules_fired', 'rules_fired.incident_id', 'incidents.id')
    .select(({ fn }) => ['node', 'rule', fn.countAll<number>().as('count')])
    // As the partial index has it. An incident may have begun before a rule of it held.
    .where(sql<boolean>`review_state = 'false-positive'`)
    .where('started_at', '>=', month - dayMs)
    .where('first_at', '>=', month)
    .where('node', 'in', nodes)
    .groupBy(['node', 'rule']);
  const lasts = rules.map(({ node, rule }) =>
    query
      .selectFrom('rules_fired')
      .select('first_at')
      .where('node', '=', node)
      .where('rule', '=', rule)
      .orderBy('first_at', 'desc')
      .limit(1),
  );
  const [counted, marked, ...newest] = await together(query, [counts, falsePositives, ...lasts]);
  return rules.map((name, n) => {
    const isIts = (one: RuleName): boolean => one.node === name.node && one.rule === name.rule;
    const { day, week, month: all } = counted.find(isIts) ?? { day: 0, week: 0, month: 0 };
    const wrong = marked.find(isIts)?.count ?? 0;
    const [last] = newest[n] ?? [];
    return {
      ...{ ...name, day, week, month: all, falsePositives: wrong },
      ...(all === 0 ? {} : { falsePositiveShare: wrong / all }),
      ...(last === undefined ? {} : { lastAt: last.first_at }),
    };
  });
}
