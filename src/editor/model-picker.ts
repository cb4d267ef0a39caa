import { element } from './element.ts';
import { askMachine } from './machine.ts';
import { ModelDownloadButton } from './model-download.ts';
import { inputOf, text } from './register.ts';

/** A model of the catalogue; `here` is false while its file is not on the machine of Node-RED, which alone knows. */
export interface OfferedModel {
  id: string;
  title: string;
  license: string;
  bytes?: number;
  here?: boolean;
  /** What gets one that is not here. */
  command?: string;
  /** Nobody is known who hands it out. */
  byHand?: boolean;
  /** What is fetched to get it. */
  from?: { host: string; bytes: number };
}

const own = 'own';

/** What the pickers of a dialog are for: the setting, the parts of the page, and the question to the machine. */
const places = {
  model: { setting: 'model', part: 'echosight-model', answer: 'models' },
  pose: { setting: 'poseModel', part: 'echosight-pose-model', answer: 'poseModels' },
} as const;

interface PickerOptions {
  place?: keyof typeof places;
  /** Words for the empty setting, where that may be chosen. */
  empty?: string;
}

/**
 * Offers the models of the catalogue in the open dialog, those that are here first. The field of the setting itself shows
 * only for a file of one's own.
 */
export function offerModelPicker(
  type: string,
  catalogue: readonly OfferedModel[],
  { place = 'model', empty }: PickerOptions = {},
): void {
  const { setting, part, answer } = places[place];
  const [field, row] = [inputOf(setting), document.getElementById(`${part}-path`)];
  const picker = document.getElementById(`${part}-choice`);
  let models = catalogue;
  if (!(field instanceof HTMLInputElement && picker instanceof HTMLSelectElement) || row === null) return;
  const isOffered = (model: string): boolean =>
    (model === '' && empty !== undefined) || models.some(({ id }) => id === model);
  let ownPath = isOffered(field.value) ? '' : field.value;

  const offer = (): void => {
    const chosen = picker.value;
    const none = empty === undefined ? [] : [element('option', { value: '' }, empty)];
    picker.replaceChildren(...none, ...groups(type, models));
    picker.value = chosen;
  };
  // Where nobody looks into the model, the picker says itself that it has to be downloaded.
  const absence = document.getElementById(`${part}-absent`);
  const sayAbsence = (): void => {
    if (absence === null) return;
    const absent = models.find(({ id, here }) => id === picker.value && here === false);
    absence.hidden = absent === undefined;
    absence.textContent =
      absent === undefined ? '' : text(type, `${type}.picker.pull`, { command: absent.command ?? '' });
  };
  const downloadPlace = document.getElementById(`${part}-download`);
  const download =
    downloadPlace === null
      ? undefined
      : new ModelDownloadButton(type, downloadPlace, (model) => {
          void look().then(() => {
            pick(model);
          });
        });
  const pick = (value: string): void => {
    if (!row.hidden) ownPath = field.value;
    picker.value = value;
    row.hidden = value !== own;
    field.value = row.hidden ? value : ownPath;
    sayAbsence();
    download?.offer(models, value);
    field.dispatchEvent(new Event('change'));
  };
  /** Asks the machine what it has. */
  const look = async (): Promise<void> => {
    const known = await askMachine<OfferedModel[]>(`${type}/${answer}`);
    if (!picker.isConnected) return;
    models = known;
    offer();
    sayAbsence();
    download?.offer(models, picker.value);
    // One that was added to this machine, which the catalogue does not know.
    if (picker.value !== own || !isOffered(field.value) || document.activeElement === field) return;
    picker.value = field.value;
    row.hidden = true;
  };

  offer();
  picker.value = isOffered(field.value) ? field.value : own;
  row.hidden = picker.value !== own;
  picker.addEventListener('change', () => {
    pick(picker.value);
    if (!row.hidden) field.focus();
  });
  // Who may not ask, or has no connection, chooses from what comes with the package.
  look().catch(() => undefined);
}

/** Those that are here, those that can be downloaded, those that somebody has to bring, and the user's own. */
function groups(type: string, models: readonly OfferedModel[]): HTMLElement[] {
  const say = (key: string): string => text(type, `${type}.picker.${key}`);
  const named = (key: string, fits: (model: OfferedModel) => boolean): HTMLElement[] => {
    const options = models.filter(fits).map(option);
    return options.length === 0 ? [] : [element('optgroup', { label: say(key) }, ...options)];
  };
  return [
    ...named('here', ({ here }) => here !== false),
    ...named('absent', ({ here, byHand }) => here === false && byHand !== true),
    ...named('byHand', ({ here, byHand }) => here === false && byHand === true),
    element('option', { value: own }, say('own')),
  ];
}

function option({ id, title, license, bytes }: OfferedModel): HTMLElement {
  const size =
    bytes === undefined ? [] : [`${(bytes / 1e6).toLocaleString(undefined, { maximumFractionDigits: 1 })} MB`];
  return element('option', { value: id }, [title, ...size, license].join(' · '));
}
