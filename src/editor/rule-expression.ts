import type { Rule } from '../contracts/configs.ts';
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
