import labels from 'signal-labels';
import type { Rule, RuleCondition } from '../contracts/configs.ts';
import { choice, element, numberField } from './element.ts';
import { ruleSentence, withIds, type Say } from './rule-sentence.ts';

/** What a row of the list carries: the rule as it is being edited. */
interface RuleItem {
  rule: Rule;
}

const kinds = Object.keys(labels) as RuleCondition['kind'][];
const newRule: Rule = { id: '', enabled: true, severity: 1, all: [{ kind: 'object', label: 'person' }] };

/** The list of rules in the dialog of fuse-severity: drag to order, one sentence per rule, open a row to edit it. */
export class RuleList {
  readonly #list: JQueryElements;
  readonly #say: Say;

  constructor(host: Element, say: Say, rules: readonly Rule[], defaults: readonly Rule[]) {
    this.#list = $(host);
    this.#say = say;
    this.#list.editableList<RuleItem>({
      sortable: true,
      removable: true,
      height: 300,
      scrollOnAdd: false,
      addButton: say('add'),
      addItem: (row, _index, item) => {
        const isNew = item.rule === undefined;
        item.rule ??= structuredClone(newRule);
        const content = this.#row(item.rule, isNew);
        row.get(0)?.append(content);
        if (!isNew) return;
        requestAnimationFrame(() => {
          content.scrollIntoView({ block: 'nearest' });
        });
      },
      buttons: [
        {
          label: say('reset'),
          icon: 'fa fa-undo',
          title: say('resetTitle'),
          click: () => {
            this.#show(defaults);
          },
        },
      ],
    });
    this.#show(rules);
  }

  /** The rules from the top, as they stand in the dialog. */
  rules(): Rule[] {
    const rows = this.#list
      .editableList('items')
      .toArray()
      .map((row) => $(row));
    // A removed row fades out before it is gone.
    const kept = rows.filter((row) => row.get(0)?.closest('.red-ui-editableList-item-deleting') === null);
    return withIds(kept.map((row) => (row.data('data') as RuleItem).rule));
  }

  setHeight(pixels: number): void {
    this.#list.editableList('height', pixels);
  }

  #show(rules: readonly Rule[]): void {
    this.#list.editableList('empty');
    for (const rule of rules) this.#list.editableList('addItem', { rule: structuredClone(rule) } satisfies RuleItem);
  }

  #row(rule: Rule, open: boolean): HTMLElement {
    const say = this.#say;
    const sentence = element('div', { className: 'echosight-rule-sentence' });
    const details = element('div', { className: 'echosight-rule-details', hidden: !open });
    const row = element('div', { className: 'echosight-rule' });
    const refresh = (): void => {
      sentence.textContent = ruleSentence(rule, say);
      row.classList.toggle('echosight-rule-off', !rule.enabled);
    };

    const enabled = element('input', { type: 'checkbox', checked: rule.enabled, title: say('enabled') });
    enabled.addEventListener('change', () => {
      rule.enabled = enabled.checked;
      refresh();
    });
    const severities = [3, 2, 1].map((level) => ({ value: String(level), label: say(`severity.${level}`) }));
    const severity = choice(severities, String(rule.severity), (value) => {
      rule.severity = Number(value);
      refresh();
    });
    severity.title = say('severityTitle');
    const name = element('input', { type: 'text', value: rule.label ?? '', placeholder: say('name'), maxLength: 200 });
    name.addEventListener('input', () => {
      if (name.value === '') delete rule.label;
      else rule.label = name.value;
    });
    const toggle = element('button', { type: 'button', className: 'red-ui-button red-ui-button-small' });
    const showToggle = (): void => {
      toggle.replaceChildren(element('i', { className: `fa fa-chevron-${details.hidden ? 'down' : 'up'}` }));
      toggle.title = say(details.hidden ? 'open' : 'close');
      toggle.ariaExpanded = String(!details.hidden);
    };
    toggle.addEventListener('click', () => {
      details.hidden = !details.hidden;
      showToggle();
    });

    this.#fillDetails(details, rule, refresh);
    row.append(
      element('div', { className: 'echosight-rule-head' }, enabled, severity, name, toggle),
      sentence,
      details,
    );
    refresh();
    showToggle();
    return row;
  }

  #fillDetails(details: HTMLElement, rule: Rule, refresh: () => void): void {
    const redraw = (): void => {
      this.#fillDetails(details, rule, refresh);
      refresh();
    };
    const add = element(
      'button',
      { type: 'button', className: 'red-ui-button red-ui-button-small', disabled: rule.all.length >= 8 },
      element('i', { className: 'fa fa-plus' }),
      ` ${this.#say('addCondition')}`,
    );
    add.addEventListener('click', () => {
      rule.all.push({ kind: 'sound', label: 'glass_break' });
      redraw();
    });
    details.replaceChildren(...rule.all.map((_, index) => this.#condition(rule, index, refresh, redraw)), add);
  }

  #condition(rule: Rule, index: number, refresh: () => void, redraw: () => void): HTMLElement {
    const say = this.#say;
    const condition = rule.all[index] ?? { kind: 'object', label: '' };
    const set = (change: Partial<Record<keyof RuleCondition, unknown>>): void => {
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
    const listId = `echosight-labels-${condition.kind}`;
    const label = element('input', { type: 'text', value: condition.label, placeholder: say('label') });
    label.setAttribute('list', listId);
    label.addEventListener('input', () => {
      set({ label: label.value.trim() });
    });
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
    return element(
      'div',
      { className: 'echosight-condition' },
      element('div', {}, kind, label, remove),
      element('div', {}, ...this.#limits(condition, set)),
    );
  }

  /** Fields that make sense for a kind: how sure, how often, how long. */
  #limits(
    condition: RuleCondition,
    set: (change: Partial<Record<keyof RuleCondition, unknown>>) => void,
  ): (HTMLElement | string)[] {
    const say = this.#say;
    if (condition.kind === 'stream') {
      const seconds = numberField(
        { min: '0', max: '86400', step: 'any', placeholder: '0' },
        condition.forSeconds,
        (value) => {
          set({ forSeconds: value });
        },
      );
      return [say('limit.for'), seconds, say('limit.seconds')];
    }
    const score = numberField(
      { min: '0', max: '1', step: 'any', placeholder: say('limit.any') },
      condition.minimumScore,
      (value) => {
        set({ minimumScore: value });
      },
    );
    if (condition.kind !== 'object' && condition.kind !== 'sound') return [say('limit.score'), score];

    let { n, of }: { n?: number | undefined; of?: number | undefined } = condition.seenTimes ?? {};
    const setTimes = (): void => {
      set({ seenTimes: n === undefined ? undefined : { n, of: Math.max(n, of ?? n) } });
    };
    const times = numberField({ min: '1', max: '50', placeholder: '1' }, n, (value) => {
      n = value;
      setTimes();
    });
    const looks = numberField({ min: '1', max: '50', placeholder: '1' }, of, (value) => {
      of = value;
      setTimes();
    });
    return [say('limit.score'), score, say('limit.seen'), times, say('limit.of'), looks, say('limit.looks')];
  }
}

/** Fields that were emptied are left out of the flow file. */
function withoutUndefined(condition: Partial<Record<keyof RuleCondition, unknown>>): RuleCondition {
  return Object.fromEntries(Object.entries(condition).filter(([, value]) => value !== undefined)) as RuleCondition;
}

/** Lists of known labels that the label fields offer. */
export function labelLists(): HTMLElement[] {
  return kinds.map((kind) =>
    element(
      'datalist',
      { id: `echosight-labels-${kind}` },
      ...labels[kind].map((value) => element('option', { value })),
    ),
  );
}
