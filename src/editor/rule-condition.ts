import labels from 'signal-labels';
import type { Rule, RuleCondition } from '../contracts/configs.ts';
import { lastingCues } from '../contracts/lasting-cues.ts';
import { choice, element, numberField } from './element.ts';
import type { Say } from './rule-sentence.ts';

export const kinds = Object.keys(labels) as RuleCondition['kind'][];

/** Labels that can come to the node, per kind; a kind is missing where nobody can tell. */
export type KnownLabels = Readonly<Partial<Record<RuleCondition['kind'], readonly string[]>>>;

interface Surroundings {
  say: Say;
  known: KnownLabels;
  /** To call when the rule has changed. */
  refresh: () => void;
  /** To call when its fields have changed too. */
  redraw: () => void;
}

type Change = Partial<Record<keyof RuleCondition, unknown>>;

/** The fields of one condition of a rule; what is typed goes into the rule at once. */
export function conditionFields(rule: Rule, index: number, { say, known, refresh, redraw }: Surroundings): HTMLElement {
  const condition = rule.all[index] ?? { kind: 'object', label: '' };
  const set = (change: Change): void => {
    rule.all[index] = withoutUndefined({ ...rule.all[index], ...change });
    refresh();
  };

  const kind = choice(
    kinds.map((value) => ({ value, label: say(`kind.${value}`) })),
    condition.kind,
    (value) => {
      rule.all[index] = {
        kind: value as RuleCondition['kind'],
        label: labels[value as RuleCondition['kind']][0] ?? '',
      };
      redraw();
    },
  );
  const warning = element('span', { className: 'echosight-rule-warning' });
  const warn = (text: string): void => {
    warning.hidden = text === '' || known[condition.kind]?.includes(text) !== false;
    warning.textContent = say('unknown', { label: text });
  };
  const label = element('input', { type: 'text', value: condition.label, placeholder: say('label') });
  label.setAttribute('list', `echosight-labels-${condition.kind}`);
  const bounds = element('div', {}, ...limits(condition, set, say));
  label.addEventListener('input', () => {
    const before = rule.all[index] ?? condition;
    const now = label.value.trim();
    set({ label: now, ...(isLasting({ ...before, label: now }) ? {} : { forSeconds: undefined }) });
    warn(now);
    const after = rule.all[index];
    if (after === undefined || isLasting(before) === isLasting(after)) return;
    bounds.replaceChildren(...limits(after, set, say));
  });
  warn(condition.label);
  const remove = element(
    'button',
    {
      type: 'button',
      className: 'red-ui-button red-ui-button-small',
      title: say('removeCondition'),
      disabled: rule.all.length === 1,
    },
    element('i', { className: 'fa fa-remove' }),
  );
  remove.addEventListener('click', () => {
    rule.all.splice(index, 1);
    redraw();
  });
  return element('div', { className: 'echosight-condition' }, element('div', {}, kind, label, remove), warning, bounds);
}

/** Fields that make sense for a kind: how sure, how often, how long. */
function limits(condition: RuleCondition, set: (change: Change) => void, say: Say): (HTMLElement | string)[] {
  if (condition.kind === 'stream') return duration(condition, set, say);
  const range = { min: '0', max: '1', step: 'any', placeholder: say('limit.any') };
  const score = numberField(range, condition.minimumScore, (value) => {
    set({ minimumScore: value });
  });
  if (condition.kind !== 'object' && condition.kind !== 'sound')
    return [say('limit.score'), score, ...(isLasting(condition) ? duration : rate)(condition, set, say)];
  return [say('limit.score'), score, ...looks(condition, set, say)];
}

/** Whether a condition asks for a state, which lasts; one that was given a rate counts moments. */
function isLasting({ kind, label, rate }: RuleCondition): boolean {
  return kind === 'stream' || (kind === 'cue' && lastingCues.includes(label) && rate === undefined);
}

function duration(condition: RuleCondition, set: (change: Change) => void, say: Say): (HTMLElement | string)[] {
  const range = { min: '0', max: '86400', step: 'any', placeholder: '0' };
  const seconds = numberField(range, condition.forSeconds, (value) => {
    set({ forSeconds: value });
  });
  return [say('limit.for'), seconds, say('limit.seconds')];
}

/** N of M looks, M never less than N: what was put right stands in the fields as soon as they are left. */
function looks(condition: RuleCondition, set: (change: Change) => void, say: Say): (HTMLElement | string)[] {
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
function rate(condition: RuleCondition, set: (change: Change) => void, say: Say): (HTMLElement | string)[] {
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

/** Fields that were emptied are left out of the flow file. */
function withoutUndefined(condition: Change): RuleCondition {
  return Object.fromEntries(Object.entries(condition).filter(([, value]) => value !== undefined)) as RuleCondition;
}
