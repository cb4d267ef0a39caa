import schema from 'settings-of:whatsapp-out';
import { checkTemplate } from '../../src/alerting/text-template.ts';
import { accepts, inputOf, registerNode, text } from '../../src/editor/register.ts';
import { prepareTextField } from '../../src/editor/text-field.ts';

/** The node whose dialog is open. */
let edited: EditorNode | undefined;

registerNode({
  type: 'whatsapp-out',
  schema,
  icon: 'whatsapp-out.svg',
  canvas: { colour: '#8FCB9B', input: true, outputs: ['delivered', 'failed'] },
  checks: { template: checkFields, account: checkAccount },
  prepare(node) {
    edited = node;
    prepareTextField();
    // Whether an account is needed depends on it.
    inputOf('dryRun')?.addEventListener('change', () => inputOf('account')?.dispatchEvent(new Event('change')));
  },
});

function checkFields(template: string): true | string {
  const fields = template.match(/\{[^{}]*\}/g) ?? [];
  const field = fields.find((candidate) => !accepts(checkTemplate, candidate));
  return field === undefined || text('whatsapp-out', 'whatsapp-out.fault.field', { field });
}

function checkAccount(id: string, node: EditorNode): true | string {
  const box = edited === node ? inputOf('dryRun') : null;
  const tryOut = box instanceof HTMLInputElement ? box.checked : node.dryRun === true;
  if (id === '' || id === '_ADD_') return tryOut || text('whatsapp-out', 'whatsapp-out.fault.account');
  const account = RED.nodes.node(id);
  return (account !== null && account.valid !== false) || text('whatsapp-out', 'whatsapp-out.fault.accountWrong');
}
