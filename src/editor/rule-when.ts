import type { Rule } from '../contracts/configs.ts';
import { armingModes, everyArmedMode, everyMode, isSafety, weekdays } from '../contracts/modes.ts';
import { choice, element, numberField } from './element.ts';
import { borderField } from './rule-border.ts';
import type { Say } from '../fusion/rule-words/rule-sentence.ts';
import { modeName, whenPhrases, type Times } from '../fusion/rule-words/when-words.ts';

/** To choose modes one by one. */
const oneByOne = 'only';
/** The folded part of a rule that says when it counts; what is chosen goes into the rule at once. */
export function whenFields(rule: Rule, { say, refresh }: { say: Say; refresh: () => void }): HTMLElement {
  const summary = element('summary', {});
  const set = (change: { [Key in keyof Times]: Times[Key] | undefined }): void => {
    Object.assign(rule, change);
    for (const key of Object.keys(change) as (keyof Times)[])
      if (change[key] === undefined) Reflect.deleteProperty(rule, key);
    summary.textContent = summaryWords(rule, say);
    refresh();
  };
  summary.textContent = summaryWords(rule, say);
  const hasOwn = rule.modes !== undefined || rule.when !== undefined || rule.entryDelaySeconds !== undefined;
  return element(
    'details',
    { className: 'echosight-rule-when', open: hasOwn },
    summary,
    modeFields(rule, say, set),
    hourFields(rule, say, set),
    delayField(rule, say, set),
  );
}

function summaryWords(rule: Rule, say: Say): string {
  const usual = rule.modes === undefined ? [say(`when.mode.usual${isSafety(rule) ? 'Safety' : ''}`)] : [];
  return `${say('when.title')}: ${[...usual, ...whenPhrases(rule, say)].join('; ')}`;
}

function modeFields(rule: Rule, say: Say, set: (change: Times) => void): HTMLElement {
  const present = rule.modes ?? [];
  const known: readonly string[] = armingModes;
  const others = element('input', {
    type: 'text',
    placeholder: say('when.others'),
    title: say('when.othersTitle'),
    value: present.filter((mode) => !known.includes(mode) && mode !== everyMode && mode !== everyArmedMode).join(', '),
  });
  const boxes = armingModes.map((mode) => tickBox(modeName(mode, say), mode, present.includes(mode)));
  const single = element('span', { className: 'echosight-rule-modes' }, ...boxes.map(({ label }) => label), others);
  const read = (): void => {
    const ticked = boxes.filter(({ input }) => input.checked).map(({ input }) => input.value);
    const typed = others.value.split(',').map((mode) => mode.trim().toLowerCase());
    set({ modes: [...new Set([...ticked, ...typed.filter((mode) => mode !== '')])] });
  };
  for (const { input } of boxes) input.addEventListener('change', read);
  others.addEventListener('input', read);
  const usual = say(`when.mode.usual${isSafety(rule) ? 'Safety' : ''}`);
  const options = [
    { value: '', label: usual },
    { value: everyArmedMode, label: say('when.mode.armed') },
    { value: everyMode, label: say('when.mode.always') },
    { value: oneByOne, label: say('when.mode.only') },
  ];
  const chosen =
    rule.modes === undefined ? '' : (present.find((mode) => mode === everyMode || mode === everyArmedMode) ?? oneByOne);
  const select = choice(options, chosen, (value) => {
    single.hidden = value !== oneByOne;
    if (value === oneByOne) read();
    else set({ modes: value === '' ? undefined : [value] } as Times);
  });
  single.hidden = chosen !== oneByOne;
  return row(say('when.modes'), select, single);
}

function hourFields(rule: Rule, say: Say, set: (change: Times) => void): HTMLElement {
  const { days, from = '', to = '' } = rule.when ?? {};
  let [begin, end] = [from, to];
  const boxes = weekdays.map((day) => tickBox(say(`when.day.${day}`), day, days?.includes(day) ?? true));
  const read = (): void => {
    const ticked = weekdays.filter((_, n) => boxes[n]?.input.checked === true);
    const when = {
      ...(ticked.length === weekdays.length ? {} : { days: ticked }),
      ...(begin === '' ? {} : { from: begin }),
      ...(end === '' ? {} : { to: end }),
    };
    set({ when: Object.keys(when).length === 0 ? undefined : when } as Times);
  };
  for (const { input } of boxes) input.addEventListener('change', read);
  const first = borderField(begin, say, (border) => {
    begin = border;
    read();
  });
  const last = borderField(end, say, (border) => {
    end = border;
    read();
  });
  const hours = [say('when.from'), ' ', first, ' ', say('when.to'), ' ', last];
  return row(
    say('when.hours'),
    element('span', { className: 'echosight-rule-days' }, ...boxes.map(({ label }) => label)),
    element('span', { className: 'echosight-rule-hours' }, ...hours),
  );
}

function delayField(rule: Rule, say: Say, set: (change: Times) => void): HTMLElement {
  const field = numberField({ min: '0', max: '300', placeholder: '0' }, rule.entryDelaySeconds, (seconds) => {
    set({ entryDelaySeconds: seconds === 0 ? undefined : seconds } as Times);
  });
  return row(say('when.delay'), element('span', {}, field, ` ${say('when.seconds')}`));
}

function row(words: string, ...fields: HTMLElement[]): HTMLElement {
  const of = element('div', { className: 'echosight-rule-when-fields' }, ...fields);
  return element('div', {}, element('span', {}, words), of);
}

function tickBox(words: string, value: string, checked: boolean): { label: HTMLElement; input: HTMLInputElement } {
  const input = element('input', { type: 'checkbox', value, checked });
  return { input, label: element('label', {}, input, ` ${words}`) };
}
