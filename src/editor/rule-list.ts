import labels from 'signal-labels';
import type { Rule } from '../contracts/configs.ts';
import { withIds } from '../contracts/configs/rules/rule-ids.ts';
import { choice, element } from './element.ts';
import { conditionFields, kinds, type KnownLabels } from './rule-condition.ts';
import { moreFields, weighingFields } from './rule-more.ts';
import { addPart, partLimit, partsOf } from './rule-parts.ts';
import { ruleSentence, type Say } from '../fusion/rule-words/rule-sentence.ts';
import { whenFields } from './rule-when.ts';

/** What a row of the list carries: the rule as it is being edited. */
interface RuleItem {
  rule: Rule;
}

export interface RuleListOptions {
  say: Say;
  rules: readonly Rule[];
  defaults: readonly Rule[];
  known: KnownLabels;
  /** What is wrong with a rule, in words; empty when nothing is. */
  faultIn: (rule: Rule) => string;
}

const newRule: Rule = { v: 2, id: '', enabled: true, severity: 1, all: [{ kind: 'object', label: 'person' }] };

/** The list of rules in the dialog of fuse-severity: drag to order, one sentence per rule, open a row to edit it. */
export class RuleList {
  readonly #list: JQueryElements;
  readonly #options: RuleListOptions;

  constructor(host: Element, options: RuleListOptions) {
    const { say, rules, defaults } = options;
    this.#list = $(host);
    this.#options = options;
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

  /** Puts other rules in the place of all. */
  replace(rules: readonly Rule[]): void {
    this.#show(rules);
  }

  setHeight(pixels: number): void {
    this.#list.editableList('height', pixels);
  }

  #show(rules: readonly Rule[]): void {
    this.#list.editableList('empty');
    for (const rule of rules) this.#list.editableList('addItem', { rule: structuredClone(rule) } satisfies RuleItem);
  }

  #row(rule: Rule, open: boolean): HTMLElement {
    const { say, faultIn } = this.#options;
    const sentence = element('div', { className: 'echosight-rule-sentence' });
    const fault = element('div', { className: 'echosight-rule-fault' });
    const details = element('div', { className: 'echosight-rule-details', hidden: !open });
    const row = element('div', { className: 'echosight-rule' });
    const refresh = (): void => {
      sentence.textContent = ruleSentence(rule, say);
      row.classList.toggle('echosight-rule-off', !rule.enabled);
      fault.textContent = faultIn(rule);
      row.classList.toggle('echosight-rule-wrong', fault.textContent !== '');
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
      fault,
      details,
    );
    refresh();
    showToggle();
    return row;
  }

  #fillDetails(details: HTMLElement, rule: Rule, refresh: () => void): void {
    const { say, known } = this.#options;
    const redraw = (): void => {
      this.#fillDetails(details, rule, refresh);
      refresh();
    };
    const add = element(
      'button',
      {
        type: 'button',
        className: 'red-ui-button red-ui-button-small echosight-add-condition',
        disabled: rule.all.length >= partLimit,
      },
      element('i', { className: 'fa fa-plus' }),
      ` ${say('addCondition')}`,
    );
    add.addEventListener('click', () => {
      addPart(rule, 'all', { kind: 'sound', label: 'glass_break' });
      redraw();
    });
    const fields = partsOf(rule).map((part) => conditionFields(rule, part, { say, known, refresh, redraw }));
    const weighing = rule.weigh === undefined ? [] : [weighingFields(rule, rule.weigh, say, refresh)];
    details.replaceChildren(
      ...fields,
      add,
      ...weighing,
      moreFields(rule, say, refresh),
      whenFields(rule, { say, refresh }),
    );
  }
}

/** Lists of what the fields offer: known labels, and names of zones, cameras and microphones that are wired to the node. */
export function offeredLists(places: { zones: readonly string[]; sources: readonly string[] }): HTMLElement[] {
  const lists = [
    ...kinds.map((kind) => [`labels-${kind}`, labels[kind]] as const),
    ['zones', places.zones] as const,
    ['sources', places.sources] as const,
    ['features', ['dwellSeconds', 'dbfs']] as const,
  ];
  return lists.map(([name, values]) =>
    element('datalist', { id: `echosight-${name}` }, ...values.map((value) => element('option', { value }))),
  );
}
