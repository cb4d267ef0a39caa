import { element } from './element.ts';
import type { SettingsSchema } from './schema-fault.ts';
import { inputOf, text } from './register.ts';
import { mapped, scoreSettings, scoresOf, sensitivities, sensitivityOf } from './score-presets.ts';

const type = 'audio-classify';
/** One choice in the open dialog instead of five numbers, which it sets; whoever changes a number has values of their own. */
export function offerSensitivity({ properties }: SettingsSchema): void {
  const picker = document.getElementById('echosight-sensitivity');
  const said = document.getElementById('echosight-sensitivity-said');
  if (!(picker instanceof HTMLSelectElement)) return;
  const usual = mapped((setting) => Number(properties[setting]?.default));
  const fields = scoreSettings.flatMap((setting) => {
    const field = inputOf(setting);
    return field instanceof HTMLInputElement ? [field] : [];
  });
  const say = (key: string): string => text(type, `${type}.sensitivity.${key}`);
  picker.replaceChildren(...[...sensitivities, 'own'].map((value) => element('option', { value }, say(value))));
  const tell = (): void => {
    said?.replaceChildren(say(`${picker.value}Says`));
  };
  const show = (): void => {
    picker.value = sensitivityOf(mapped(numberIn), usual) ?? 'own';
    tell();
  };
  for (const field of fields) {
    for (const event of ['input', 'change']) field.addEventListener(event, show);
  }
  picker.addEventListener('change', () => {
    const chosen = sensitivities.find((one) => one === picker.value);
    if (chosen === undefined) {
      fields[0]?.closest('details')?.setAttribute('open', '');
      fields[0]?.focus();
      tell();
      return;
    }
    const scores = Object.entries(scoresOf(chosen, usual));
    for (const [setting, score] of scores) {
      const field = inputOf(setting);
      if (field instanceof HTMLInputElement) field.value = String(score);
    }
    for (const field of fields) field.dispatchEvent(new Event('change', { bubbles: true }));
  });
  show();
}

/** NaN where a variable of the flow stands: then the values are nobody's. */
function numberIn(setting: string): number {
  const field = inputOf(setting);
  return field instanceof HTMLInputElement && field.value !== '' ? Number(field.value) : NaN;
}
