import jsonata from 'jsonata';
import type { Rule } from '../contracts/configs.ts';
import { expressionLimit, faultInExpression } from '../contracts/configs/rules/expression-form.ts';
import type { Say } from '../fusion/rule-words/rule-sentence.ts';

/**
 * What is wrong with the expression of a rule, and where; empty when nothing is. It is read by the JSONata of the engine, which is
 * an older one than Node-RED's: what passes here passes at the deploy.
 */
export function expressionFault({ expression }: Pick<Rule, 'expression'>, say: Say): string {
  if (expression === undefined) return '';
  if (expression.length > expressionLimit) return say('expression.tooLong', { limit: expressionLimit });
  try {
    const fault = faultInExpression(jsonata(expression).ast());
    if (fault === undefined) return '';
    return say('expression.refused', { what: fault.what, position: fault.position });
  } catch (thrown) {
    const { message = '', position = 0 } = thrown as { message?: string; position?: number };
    return say('expression.unreadable', { message: message.replace(/\.$/, ''), position });
  }
}
