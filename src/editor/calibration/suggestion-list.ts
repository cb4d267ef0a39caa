import type { CalibrationSuggestions } from '../../contracts/calibration.ts';
import { captioned, element } from '../element.ts';
import { inputOf } from '../register.ts';
import { nameOf, say, settingOf, roundMinutes } from './calibration-words.ts';
import { suggestionCard } from './suggestion-card.ts';

/** The thresholds that are suggested, with buttons that write them into the fields of the dialog. */
export function suggestionList(answer: CalibrationSuggestions): HTMLElement[] {
  const { ambientMinutes, dismissedDays, budgetPerDay, model } = answer;
  const entries = Object.entries(answer.classes);
  const applied = element('p', { className: 'echosight-ok' });
  applied.setAttribute('role', 'status');
  const tell = (): void => {
    applied.replaceChildren(element('i', { className: 'fa fa-check' }), ` ${say('applied')}`);
  };
  const all = captioned('fa-check', say('applyAll'));
  all.addEventListener('click', () => {
    for (const [label, { threshold }] of entries) if (threshold !== null) apply(label, threshold);
    tell();
  });
  const cards = entries.map(([label, suggestion]) =>
    suggestionCard(nameOf(label), suggestion, budgetPerDay, (threshold) => {
      apply(label, threshold);
      tell();
    }),
  );
  const any = entries.some(([, { threshold }]) => threshold !== null);
  const basis = { minutes: roundMinutes(ambientMinutes), days: Math.round(dismissedDays), model };
  return [
    element('p', {}, say('basis', basis)),
    element('p', { className: 'echosight-advice' }, say('caveat')),
    ...(any ? [all] : []),
    applied,
    ...cards,
    element('p', {}, say('ruled', { name: nameOf('forced_entry') })),
  ];
}

/** Writes a threshold into its field, as if somebody had typed it. */
function apply(label: string, threshold: number): void {
  const setting = settingOf(label);
  const field = setting === undefined ? null : inputOf(setting);
  if (!(field instanceof HTMLInputElement)) return;
  field.value = String(threshold);
  for (const event of ['input', 'change']) field.dispatchEvent(new Event(event, { bubbles: true }));
}
