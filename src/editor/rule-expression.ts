import type { Rule } from '../contracts/configs.ts';
import { faultInExpression } from '../contracts/configs/rules/expression-form.ts';
import { element } from './element.ts';
import { change } from './rule-parts.ts';
import type { Say } from '../fusion/rule-words/rule-sentence.ts';

/** The field of a rule's JSONata, with the large editor that Node-RED has for it. */
export function expressionField(rule: Rule, say: Say, refresh: () => void): HTMLElement {
  const field = element('input', { type: 'text', value: rule.expression ?? '', spellcheck: false, maxLength: 2000 });
  field.className = 'echosight-rule-expression';
  field.placeholder = say('expression.example');
  field.ariaLabel = say('expression.label');
  const take = (typed: string): void => {
    const line = typed.trim();
    change(rule, { expression: line === '' ? undefined : line });
    refresh();
  };
  field.addEventListener('input', () => {
    take(field.value);
  });
  const large = element(
    'button',
    { type: 'button', className: 'red-ui-button red-ui-button-small', title: say('expression.large') },
    element('i', { className: 'fa fa-ellipsis-h' }),
  );
  large.addEventListener('click', () => {
    RED.editor.editExpression({
      value: field.value,
      complete: (value) => {
        field.value = value.replaceAll(/\s*\n\s*/g, ' ');
        take(field.value);
      },
    });
  });
  return element('div', { title: say('expression.title') }, say('expression.label'), field, large);
}

/** What is wrong with the expression of a rule, and where; empty when nothing is, or the editor has no JSONata to ask. */
export function expressionFault({ expression }: Pick<Rule, 'expression'>, say: Say): string {
  if (expression === undefined || typeof jsonata === 'undefined') return '';
  try {
    const fault = faultInExpression(jsonata(expression).ast());
    if (fault === undefined) return '';
    return say('expression.refused', { what: fault.what, position: fault.position });
  } catch (thrown) {
    const { message = '', position = 0 } = thrown as { message?: string; position?: number };
    return say('expression.unreadable', { message: message.replace(/\.$/, ''), position });
  }
}
