import schema from 'settings-of:whatsapp-out';
import { checkAccount, checkFields, prepareAlertDialog } from '../../src/editor/alert-dialog.ts';
import { registerNode } from '../../src/editor/register.ts';

const type = 'whatsapp-out';

registerNode({
  type,
  schema,
  icon: 'whatsapp-out.svg',
  canvas: { colour: '#8FCB9B', input: true, outputs: ['delivered', 'failed'] },
  checks: { template: checkFields(type), account: checkAccount(type) },
  prepare: (node) => {
    prepareAlertDialog({ type, offers: ['standard', 'short', 'echosight'] }, node, 'account');
  },
});
