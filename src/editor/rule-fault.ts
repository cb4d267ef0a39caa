import type { Rule } from '../contracts/configs.ts';
import { expressionFault } from './expression-fault.ts';
import type { Say } from '../fusion/rule-words/rule-sentence.ts';

/** What is wrong with a rule that fits the schema, as the runtime would refuse it, and its field; empty when nothing is. */
export function ruleFault(rule: Rule, say: Say): { field: 'expression' | 'inOrder'; fault: string } {
  const { all, any = [], weigh, inOrder } = rule;
  const isOrdered = all.length + Math.min(1, any.length) > 1;
  if (inOrder === true && weigh !== undefined && !isOrdered) {
    return { field: 'inOrder', fault: say('rule.noOrder') };
  }
  return { field: 'expression', fault: expressionFault(rule, say) };
}
