import { element } from './element.ts';
import { inputOf, text } from './register.ts';

/** A model of the catalogue; `here` is false while its file is not on the machine of Node-RED, which alone knows. */
export interface OfferedModel {
  id: string;
  title: string;
  license: string;
  bytes?: number;
  here?: boolean;
}

const own = 'own';

/**
 * Offers the models of the catalogue in the open dialog, those that are here first. The field of the setting itself shows
 * only for a file of one's own.
 */
export function offerModelPicker(type: string, models: readonly OfferedModel[]): void {
  const [field, row] = [inputOf('model'), document.getElementById('echosight-model-path')];
  const picker = document.getElementById('echosight-model-choice');
  if (!(field instanceof HTMLInputElement && picker instanceof HTMLSelectElement) || row === null) return;
  const isOffered = (model: string): boolean => models.some(({ id }) => id === model);
  let ownPath = isOffered(field.value) ? '' : field.value;

  const offer = (offered: readonly OfferedModel[]): void => {
    const chosen = picker.value;
    picker.replaceChildren(...groups(type, offered));
    picker.value = chosen;
  };
  offer(models);
  picker.value = isOffered(field.value) ? field.value : own;
  row.hidden = picker.value !== own;

  picker.addEventListener('change', () => {
    if (!row.hidden) ownPath = field.value;
    row.hidden = picker.value !== own;
    field.value = row.hidden ? picker.value : ownPath;
    field.dispatchEvent(new Event('change'));
    if (!row.hidden) field.focus();
  });
  $.getJSON(`echosight/${type}/models`).then(
    (known) => {
      if (picker.isConnected) offer(known as OfferedModel[]);
    },
    () => undefined,
  );
}

/** Those that are here, those that can be downloaded, and the user's own. */
function groups(type: string, models: readonly OfferedModel[]): HTMLElement[] {
  const say = (key: string): string => text(type, `${type}.picker.${key}`);
  const named = (key: string, here: boolean): HTMLElement[] => {
    const options = models.filter((model) => (model.here ?? true) === here).map(option);
    return options.length === 0 ? [] : [element('optgroup', { label: say(key) }, ...options)];
  };
  return [...named('here', true), ...named('absent', false), element('option', { value: own }, say('own'))];
}

function option({ id, title, license, bytes }: OfferedModel): HTMLElement {
  const size =
    bytes === undefined ? [] : [`${(bytes / 1e6).toLocaleString(undefined, { maximumFractionDigits: 1 })} MB`];
  return element('option', { value: id }, [title, ...size, license].join(' · '));
}
