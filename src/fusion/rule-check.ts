import { placeIn } from '../clock/sun.ts';
import type { Rule } from '../contracts/configs.ts';
import { SentinelError } from '../contracts/errors.ts';
import { RuleExpression } from './expression/rule-expression.ts';
import { asksForSun } from './rule-hours.ts';

/**
 * Refuses rules that fit the schema and yet mean nothing, whether or not they are on.
 * @throws SentinelError ES_BAD_CONFIG naming the rule, and what is wrong with it
 */
export function refuseUnusable(rules: readonly Rule[], location = ''): void {
  for (const [order, rule] of rules.entries()) {
    const named = `Rule ${order + 1} (${rule.label ?? rule.id})`;
    if (rule.when !== undefined && asksForSun(rule.when) && placeIn(location) === undefined) {
      throw new SentinelError('ES_BAD_CONFIG', `${named} asks for the sun, and nobody knows where the site lies.`, {
        hint: 'Write latitude and longitude into the site, such as 52.52, 13.405.',
      });
    }
    if (rule.inOrder === true && rule.weigh !== undefined && slotsOf(rule) < 2) {
      throw new SentinelError(
        'ES_BAD_CONFIG',
        `${named} cannot be used. It asks for an order, and evidence has none.`,
        {
          hint: 'An order needs two conditions that must come (and, or); what weighs counts in any order.',
        },
      );
    }
    try {
      if (rule.expression !== undefined) new RuleExpression(rule.expression);
    } catch (thrown) {
      if (!(thrown instanceof SentinelError)) throw thrown;
      const { name, message, hint = '' } = thrown;
      throw new SentinelError(name, `${named} cannot be used. ${message}`, { hint });
    }
  }
}

/** How many things must come one after the other. */
function slotsOf({ all, any = [] }: Rule): number {
  return all.length + (any.length === 0 ? 0 : 1);
}
