import presets from 'rule-presets';
import type { PresetName, Rule } from '../contracts/configs.ts';
import { element } from './element.ts';
import type { Say } from '../fusion/rule-words/rule-sentence.ts';

/** Fills a drop-down list with the lists of rules to begin with; one that is chosen takes the place of all rules, after asking. */
export function offerPresets(field: HTMLSelectElement, say: Say, take: (rules: readonly Rule[]) => void): void {
  const names = Object.keys(presets) as PresetName[];
  field.replaceChildren(
    element('option', { value: '' }, say('preset.choose')),
    ...names.map((value) => element('option', { value }, say(`preset.${value}`))),
  );
  field.addEventListener('change', () => {
    const chosen = names.find((name) => name === field.value);
    field.value = '';
    if (chosen === undefined) return;
    if (window.confirm(say('preset.sure', { count: presets[chosen].length }))) take(presets[chosen]);
  });
}
