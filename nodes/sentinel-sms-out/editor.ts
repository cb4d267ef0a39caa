import schema from 'settings-of:sentinel-sms-out';
import { gsmText } from '../../src/alerting/channels/sms/gsm-text.ts';
import { checkAccount, checkFields, prepareAlertDialog } from '../../src/editor/alert-dialog.ts';
import { registerNode } from '../../src/editor/register.ts';

const type = 'sentinel-sms-out';

registerNode({
  type,
  schema,
  icon: 'sentinel-sms-out.svg',
  canvas: { colour: '#8FCB9B', input: true, outputs: ['delivered', 'failed'] },
  checks: { template: checkFields(type), account: checkAccount(type) },
  prepare: (node) => {
    prepareAlertDialog({ type, offers: ['sms', 'short', 'echosight'], fit: gsmText }, node, 'account');
  },
});
