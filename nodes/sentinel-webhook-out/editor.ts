import credentials from 'credentials-of:sentinel-webhook-out';
import schema from 'settings-of:sentinel-webhook-out';
import { offerAccountTest } from '../../src/editor/account-test.ts';
import { checkAddress, checkFields, prepareAlertDialog } from '../../src/editor/alert-dialog.ts';
import { registerNode } from '../../src/editor/register.ts';

const type = 'sentinel-webhook-out';

registerNode({
  type,
  schema,
  credentials,
  icon: 'sentinel-webhook-out.svg',
  canvas: { colour: '#8FCB9B', input: true, outputs: ['delivered', 'failed'] },
  checks: { template: checkFields(type), url: checkAddress(type) },
  prepare: (node) => {
    prepareAlertDialog({ type, offers: ['standard', 'german', 'short', 'echosight'] }, node, 'url');
    offerAccountTest({ type, schema, credentials, config: false }, node);
  },
});
