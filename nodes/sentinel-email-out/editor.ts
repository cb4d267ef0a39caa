import schema from 'settings-of:sentinel-email-out';
import { checkAccount, checkFields, prepareAlertDialog } from '../../src/editor/alert-dialog.ts';
import { registerNode } from '../../src/editor/register.ts';

const type = 'sentinel-email-out';

registerNode({
  type,
  schema,
  icon: 'sentinel-email-out.svg',
  canvas: { colour: '#8FCB9B', input: true, outputs: ['delivered', 'failed'] },
  checks: { template: checkFields(type), account: checkAccount(type) },
  prepare: (node) => {
    prepareAlertDialog({ type, offers: ['standard', 'german', 'short', 'echosight'] }, node, 'account');
  },
});
