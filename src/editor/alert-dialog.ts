import { checkTemplate } from '../alerting/text-template.ts';
import { accepts, inputOf, text } from './register.ts';
import { prepareTextField, type TextForm } from './text-field.ts';

/** The node whose dialog is open. */
let edited: EditorNode | undefined;

/**
 * What the dialogs of all nodes that alert have in common.
 * @param needed setting that only a try out does without.
 */
export function prepareAlertDialog(form: TextForm, node: EditorNode, needed: string): void {
  edited = node;
  prepareTextField(form);
  inputOf('dryRun')?.addEventListener('change', () => inputOf(needed)?.dispatchEvent(new Event('change')));
  const when = inputOf('sendWhen');
  const waits = document.getElementById('echosight-waits');
  const show = (): void => {
    if (waits !== null && when instanceof HTMLSelectElement) waits.hidden = when.value === 'at-once';
  };
  when?.addEventListener('change', show);
  show();
}

/** Checks that a text has only fields that exist. */
export function checkFields(type: string): (template: string) => true | string {
  return (template) => {
    const fields = template.match(/\{[^{}]*\}/g) ?? [];
    const field = fields.find((candidate) => !accepts(checkTemplate, candidate));
    return field === undefined || text(type, `${type}.fault.field`, { field });
  };
}

/** Checks that there is an account that works, unless nothing is sent. */
export function checkAccount(type: string): (id: string, node: EditorNode) => true | string {
  return (id, node) => {
    if (id === '' || id === '_ADD_') return triesOut(node) || text(type, `${type}.fault.account`);
    const account = RED.nodes.node(id);
    return (account !== null && account.valid !== false) || text(type, `${type}.fault.accountWrong`);
  };
}

/** Checks that there is an address, unless nothing is sent. */
export function checkAddress(type: string): (url: string, node: EditorNode) => true | string {
  return (url, node) => url !== '' || triesOut(node) || text(type, `${type}.fault.url`);
}

function triesOut(node: EditorNode): boolean {
  const box = edited === node ? inputOf('dryRun') : null;
  return box instanceof HTMLInputElement ? box.checked : node.dryRun === true;
}
