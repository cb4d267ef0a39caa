import { placeholderIn } from '../contracts/placeholder.ts';
import { upgradeRecipients } from '../contracts/configs/recipient-list.ts';
import type { Recipient } from '../contracts/configs.ts';
import { choice, element } from './element.ts';
import { accepts, inputOf, text } from './register.ts';

/** What a row of the list carries: the person as it is being edited. */
interface RecipientItem {
  recipient: Recipient;
}

type QuietCheck = (value: string, node: EditorNode) => true | string;

export interface RecipientForm {
  type: string;
  /** Shown in an empty address. */
  example: string;
  /** Checks what was typed as the runtime does. @throws for what is no address */
  check: (typed: readonly string[]) => unknown;
}

/** The list of the dialog that is open now; Node-RED opens one config dialog of a type at a time. */
let open: { list: RecipientList; id: string } | undefined;

/** Puts the list of people into the dialog of an account. */
export function prepareRecipients(form: RecipientForm, node: { id: string; recipients?: unknown }): void {
  const host = document.getElementById('echosight-recipients');
  open = host === null ? undefined : { id: node.id, list: new RecipientList(host, form, listOf(node.recipients)) };
}

/** The people as they stand in the open dialog. */
export function recipientsNow(): Recipient[] {
  return open?.list.recipients() ?? [];
}

/** Takes over what the dialog says. */
export function saveRecipients(node: EditorNode): void {
  if (open?.id === node.id) node.recipients = open.list.recipients();
}

/** Checks the people of an account, in the form of any version. */
export function checkRecipients({ type, check }: RecipientForm): (value: unknown) => true | string {
  return (value) => {
    const entries = listOf(value);
    const wrong = entries.find(({ to }) => placeholderIn(to.trim()) === undefined && !accepts(check, [to]));
    if (entries.length === 0) return text(type, 'shared.recipients.none');
    if (wrong !== undefined) return text(type, `${type}.fault.recipient`, { recipient: wrong.to });
    const half = entries.find(({ quietFrom = '', quietTo = '' }) => (quietFrom === '') !== (quietTo === ''));
    return half === undefined || text(type, 'shared.recipients.halfQuiet', { recipient: half.name ?? half.to });
  };
}

/** Checks that the quiet hours of an account have both ends, in its open dialog and in the flow. */
export function checkQuietHours(type: string): Record<'quietFrom' | 'quietTo', QuietCheck> {
  const against =
    (other: 'quietFrom' | 'quietTo'): QuietCheck =>
    (value, node) => {
      const field = open?.id === node.id ? inputOf(other, true) : null;
      const opposite = field instanceof HTMLInputElement ? field.value : ((node[other] as string | undefined) ?? '');
      return (value === '') === (opposite === '') || text(type, 'shared.recipients.halfAccount');
    };
  return { quietFrom: against('quietTo'), quietTo: against('quietFrom') };
}

/** What older versions wrote, too; a variable may stand for all of them. */
function listOf(value: unknown): Recipient[] {
  const list = upgradeRecipients(value ?? []);
  return Array.isArray(list) ? (list as Recipient[]) : [];
}

/** Whom an account tells: drag to order, a line with address and name each, and one with language and quiet hours. */
class RecipientList {
  readonly #list: JQueryElements;
  readonly #form: RecipientForm;

  constructor(host: Element, form: RecipientForm, recipients: readonly Recipient[]) {
    this.#list = $(host);
    this.#form = form;
    this.#list.editableList<RecipientItem>({
      ...{ sortable: true, removable: true, height: 228, scrollOnAdd: true, buttons: [] },
      addButton: this.#say('add'),
      addItem: (row, _index, item) => {
        const isNew = item.recipient === undefined;
        item.recipient ??= { to: '' };
        const fields = this.#fields(item.recipient);
        row.get(0)?.append(fields);
        if (isNew) fields.querySelector('input')?.focus();
      },
    });
    const shown = recipients.length === 0 ? [{ to: '' }] : recipients;
    for (const recipient of shown) this.#list.editableList('addItem', { recipient: { ...recipient } });
  }

  /** From the top; rows without an address are none. */
  recipients(): Recipient[] {
    const rows = this.#list
      .editableList('items')
      .toArray()
      .map((row) => $(row));
    // A removed row fades out before it is gone.
    const kept = rows.filter((row) => row.get(0)?.closest('.red-ui-editableList-item-deleting') === null);
    const people = kept.map((row) => (row.data('data') as RecipientItem).recipient);
    return people.filter(({ to }) => to.trim() !== '');
  }

  #fields(recipient: Recipient): HTMLElement {
    const { type, example, check } = this.#form;
    const to = element('input', {
      type: 'text',
      value: recipient.to,
      placeholder: example,
      ariaLabel: this.#say('to'),
    });
    const mark = (): void => {
      const typed = to.value.trim();
      const fits = typed === '' || placeholderIn(typed) !== undefined || accepts(check, typed.split(','));
      to.classList.toggle('input-error', !fits);
      to.title = fits ? '' : text(type, `${type}.fault.recipient`, { recipient: typed });
    };
    to.addEventListener('input', () => {
      recipient.to = to.value.trim();
      mark();
    });
    const name = element('input', {
      ...{ type: 'text', value: recipient.name ?? '', placeholder: this.#say('name'), maxLength: 64 },
      ariaLabel: this.#say('name'),
    });
    name.addEventListener('input', () => {
      set(recipient, 'name', name.value.trim());
    });
    const languages = ['node', 'en', 'de'].map((value) => ({ value, label: this.#say(`language.${value}`) }));
    const language = choice(languages, recipient.language ?? 'node', (value) => {
      set(recipient, 'language', value === 'node' ? '' : value);
    });
    language.title = this.#say('languageTitle');
    mark();
    return element(
      'div',
      { className: 'echosight-recipient' },
      element('div', {}, to, name),
      element(
        'div',
        { title: this.#say('quietTitle') },
        language,
        element('i', { className: 'fa fa-moon-o' }),
        element('span', {}, this.#say('quiet')),
        this.#time(recipient, 'quietFrom'),
        element('span', {}, this.#say('until')),
        this.#time(recipient, 'quietTo'),
      ),
    );
  }

  #time(recipient: Recipient, key: 'quietFrom' | 'quietTo'): HTMLElement {
    const field = element('input', { type: 'time', value: recipient[key] ?? '', ariaLabel: this.#say(key) });
    field.addEventListener('input', () => {
      set(recipient, key, field.value);
    });
    return field;
  }

  #say(key: string): string {
    return text(this.#form.type, `shared.recipients.${key}`);
  }
}

/** Settings that are empty are not stored. */
function set(recipient: Recipient, key: Exclude<keyof Recipient, 'to'>, value: string): void {
  if (value === '') Reflect.deleteProperty(recipient, key);
  else Object.assign(recipient, { [key]: value });
}
