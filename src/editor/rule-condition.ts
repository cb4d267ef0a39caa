import labels from 'signal-labels';
import type { Rule, RuleCondition } from '../contracts/configs.ts';
import { lastingCues } from '../contracts/lasting-cues.ts';
import { narrowFields } from './condition-narrowing.ts';
import { choice, element, numberField } from './element.ts';
import { change, changeRole, partLimit, partsOf, removePart, roles, type Part, type Role } from './rule-parts.ts';
import type { Say } from '../fusion/rule-words/rule-sentence.ts';

export const kinds = Object.keys(labels) as RuleCondition['kind'][];

/** Labels that can come to the node, per kind; a kind is missing where nobody can tell. */
export type KnownLabels = Readonly<Partial<Record<RuleCondition['kind'], readonly string[]>>>;

export interface Surroundings {
  say: Say;
  known: KnownLabels;
  /** To call when the rule has changed. */
  refresh: () => void;
  /** To call when its fields have changed too. */
  redraw: () => void;
}

/** Changes fields of a condition; undefined takes one away. */
export type SetFields = (fields: Partial<Record<keyof Part['condition'], unknown>>) => void;

/** The fields of one condition of a rule; what is typed goes into the rule at once. */
export function conditionFields(rule: Rule, part: Part, { say, known, refresh, redraw }: Surroundings): HTMLElement {
  const { condition } = part;
  const set: SetFields = (fields) => {
    change(condition, fields);
    refresh();
  };

  const kind = choice(
    kinds.map((value) => ({ value, label: say(`kind.${value}`) })),
    condition.kind,
    (value) => {
      const { weight } = condition;
      for (const key of Object.keys(condition)) Reflect.deleteProperty(condition, key);
      const chosen = value as RuleCondition['kind'];
      change(condition, { kind: chosen, label: labels[chosen][0] ?? '', weight });
      redraw();
    },
  );
  kind.className = 'echosight-condition-kind';
  const warning = element('span', { className: 'echosight-rule-warning' });
  const warn = (text: string): void => {
    warning.hidden = text === '' || known[condition.kind]?.includes(text) !== false;
    warning.textContent = say('unknown', { label: text });
  };
  const label = element('input', { type: 'text', value: condition.label, placeholder: say('label') });
  label.className = 'echosight-condition-label';

  label.setAttribute('list', `echosight-labels-${condition.kind}`);
  const bounds = element('div', { className: 'echosight-condition-limits' }, ...limits(part, set, say));
  label.addEventListener('input', () => {
    const lasted = isLasting(condition);
    const now = label.value.trim();
    set({ label: now });
    if (lasted && !isLasting(condition)) set({ forSeconds: undefined });
    warn(now);
    if (lasted !== isLasting(condition)) bounds.replaceChildren(...limits(part, set, say));
  });
  warn(condition.label);
  const remove = element(
    'button',
    {
      type: 'button',
      className: 'red-ui-button red-ui-button-small',
      title: say('removeCondition'),
      disabled: partsOf(rule).length === 1,
    },
    element('i', { className: 'fa fa-remove' }),
  );
  remove.addEventListener('click', () => {
    removePart(rule, part);
    redraw();
  });
  return element(
    'div',
    { className: 'echosight-condition' },
    element('div', {}, roleField(rule, part, say, redraw), kind, label, remove),
    warning,
    bounds,
    narrowFields(condition, set, say, isLasting(condition)),
  );
}

/** What the condition is to the rule: and, or, not, or a weight. A full list takes no more. */
function roleField(rule: Rule, part: Part, say: Say, redraw: () => void): HTMLElement {
  const count = (role: Role): number => partsOf(rule).filter((one) => one.role === role).length;
  const open = roles.filter((role) => role === part.role || count(role) < partLimit);
  const field = choice(
    open.map((value) => ({ value, label: say(`role.${value}`) })),
    part.role,
    (value) => {
      changeRole(rule, part, value as Role);
      redraw();
    },
  );
  field.className = 'echosight-condition-role';
  field.title = say('roleTitle');
  return field;
}

/** Fields that make sense for a kind: how heavy, how sure, how often, how long. */
function limits({ role, condition }: Part, set: SetFields, say: Say): (HTMLElement | string)[] {
  const heavy = role === 'weigh' ? weight(condition, set, say) : [];
  if (condition.kind === 'stream') return [...heavy, ...duration(condition, set, say)];
  const range = { min: '0', max: '1', step: 'any', placeholder: say('limit.any') };
  const score = numberField(range, condition.minimumScore, (value) => {
    set({ minimumScore: value });
  });
  const isSeen = condition.kind === 'object' || condition.kind === 'sound';
  const often = isSeen ? looks : isLasting(condition) ? duration : rate;
  return [...heavy, say('limit.score'), score, ...often(condition, set, say)];
}

/** Whether a condition asks for a state, which lasts; one that was given a rate counts moments. */
function isLasting({ kind, label, rate }: RuleCondition): boolean {
  return kind === 'stream' || (kind === 'cue' && lastingCues.includes(label) && rate === undefined);
}

function weight(condition: Part['condition'], set: SetFields, say: Say): (HTMLElement | string)[] {
  const field = numberField({ min: '0.01', max: '100', step: 'any' }, condition.weight, (value) => {
    set({ weight: value });
  });
  return [say('limit.weight'), field];
}

function duration(condition: RuleCondition, set: SetFields, say: Say): (HTMLElement | string)[] {
  const range = { min: '0', max: '86400', step: 'any', placeholder: '0' };
  const seconds = numberField(range, condition.forSeconds, (value) => {
    set({ forSeconds: value });
  });
  return [say('limit.for'), seconds, say('limit.seconds')];
}

/** N of M looks, M never less than N: what was put right stands in the fields as soon as they are left. */
function looks(condition: RuleCondition, set: SetFields, say: Say): (HTMLElement | string)[] {
  let { n, of }: { n?: number | undefined; of?: number | undefined } = condition.seenTimes ?? {};
  const fitting = (): RuleCondition['seenTimes'] => (n === undefined ? undefined : { n, of: Math.max(n, of ?? n) });
  const range = { min: '1', max: '50', placeholder: '1' };
  const times = numberField(range, n, (value) => {
    n = value;
    set({ seenTimes: fitting() });
  });
  const all = numberField(range, of, (value) => {
    of = value;
    set({ seenTimes: fitting() });
  });
  for (const field of [times, all]) {
    field.addEventListener('change', () => {
      ({ n, of } = fitting() ?? {});
      times.value = String(n ?? '');
      all.value = String(of ?? '');
    });
  }
  return [say('limit.seen'), times, say('limit.of'), all, say('limit.looks')];
}

/** So often within so many seconds: a minute, until another number stands there. */
function rate(condition: RuleCondition, set: SetFields, say: Say): (HTMLElement | string)[] {
  let { times, seconds }: { times?: number | undefined; seconds?: number | undefined } = condition.rate ?? {};
  const tell = (): void => {
    set({ rate: times === undefined ? undefined : { times, seconds: seconds ?? 60 } });
  };
  const often = numberField({ min: '1', max: '50', placeholder: '1' }, times, (value) => {
    times = value;
    tell();
  });
  const within = numberField({ min: '0.1', max: '120', step: 'any', placeholder: '60' }, seconds, (value) => {
    seconds = value;
    tell();
  });
  return [often, say('limit.times'), within, say('limit.seconds')];
}
