import type { Rule, Weighing } from '../contracts/configs.ts';
import { element, numberField } from './element.ts';
import { expressionField } from './rule-expression.ts';
import { change } from './rule-parts.ts';
import type { Say } from '../fusion/rule-words/rule-sentence.ts';

type Refresh = () => void;

/** The folded part of a rule: its own time, order, reason and expression. It stands open where something is set. */
export function moreFields(rule: Rule, say: Say, refresh: Refresh): HTMLElement {
  const isSet = [rule.within, rule.inOrder, rule.reason, rule.expression].some((value) => value !== undefined);
  const within = numberField(
    { min: '0.1', max: '120', step: 'any', placeholder: say('rule.usual') },
    rule.within,
    (value) => {
      change(rule, { within: value });
      refresh();
    },
  );
  const inOrder = element('input', { type: 'checkbox', checked: rule.inOrder === true });
  inOrder.addEventListener('change', () => {
    change(rule, { inOrder: inOrder.checked ? true : undefined });
    refresh();
  });
  const reason = element('input', { type: 'text', value: rule.reason ?? '', placeholder: say('rule.usualReason') });
  reason.maxLength = 200;
  reason.addEventListener('input', () => {
    const typed = reason.value.trim();
    change(rule, { reason: typed === '' ? undefined : typed });
    refresh();
  });
  const order = element('label', { title: say('rule.inOrderTitle') }, inOrder, ` ${say('rule.inOrder')}`);
  return element(
    'details',
    { className: 'echosight-rule-more', open: isSet },
    element('summary', {}, say('rule.more')),
    element('div', {}, say('rule.within'), within, say('limit.seconds'), order),
    element('div', {}, say('rule.reason'), reason),
    expressionField(rule, say, refresh),
  );
}

/** What a sum of evidence has to reach, the hours that add to it, and the severities of higher sums. */
export function weighingFields(rule: Rule, weighing: Weighing, say: Say, refresh: Refresh): HTMLElement {
  const sum = { min: '0', max: '1', step: 'any' };
  const floor = numberField(sum, weighing.floor, (value) => {
    weighing.floor = value ?? Number.NaN;
    refresh();
  });
  const least = numberField({ min: '1', max: '8', placeholder: '1' }, weighing.atLeast, (value) => {
    change(weighing, { atLeast: value });
    refresh();
  });
  return element(
    'div',
    { className: 'echosight-rule-weighing' },
    element('div', {}, say('weigh.floor'), floor, say('weigh.atLeast'), least, say('weigh.signs')),
    element('div', {}, ...hoursFields(weighing, say, refresh)),
    ...[3, 2].filter((level) => level > rule.severity).map((level) => stepField(weighing, level, say, refresh)),
  );
}

function hoursFields(weighing: Weighing, say: Say, refresh: Refresh): (HTMLElement | string)[] {
  let { weight, from = '22:00', to = '06:00' }: Partial<NonNullable<Weighing['hours']>> = weighing.hours ?? {};
  const tell = (): void => {
    change(weighing, { hours: weight === undefined ? undefined : { weight, from, to } });
    refresh();
  };
  const heavy = numberField(
    { min: '0.01', max: '100', step: 'any', placeholder: say('weigh.none') },
    weight,
    (value) => {
      weight = value;
      tell();
    },
  );
  const time = (value: string, take: (typed: string) => void): HTMLElement => {
    const field = element('input', { type: 'time', value });
    field.addEventListener('input', () => {
      if (field.value === '') return;
      take(field.value);
      tell();
    });
    return field;
  };
  const begin = time(from, (typed) => {
    from = typed;
  });
  const end = time(to, (typed) => {
    to = typed;
  });
  return [say('weigh.hours'), begin, say('weigh.to'), end, say('limit.weight'), heavy];
}

function stepField(weighing: Weighing, severity: number, say: Say, refresh: Refresh): HTMLElement {
  const present = weighing.steps?.find((step) => step.severity === severity)?.from;
  const range = { min: '0', max: '1', step: 'any', placeholder: say('weigh.never') };
  const field = numberField(range, present, (from) => {
    const others = weighing.steps?.filter((step) => step.severity !== severity) ?? [];
    const steps = from === undefined ? others : [...others, { from, severity }];
    change(weighing, { steps: steps.length === 0 ? undefined : steps });
    refresh();
  });
  return element('div', {}, say('weigh.step', { severity: say(`severity.${severity}`) }), field);
}
