import credentials from 'credentials-of:sentinel-whatsapp-account';
import schema from 'settings-of:sentinel-whatsapp-account';
import { normaliseRecipients } from '../../src/alerting/recipients.ts';
import { offerAccountTest } from '../../src/editor/account-test.ts';
import { accepts, registerNode, text } from '../../src/editor/register.ts';

registerNode({
  type: 'sentinel-whatsapp-account',
  schema,
  credentials,
  icon: 'sentinel-whatsapp-account.svg',
  checks: { recipients: checkRecipients },
  prepare: (node) => {
    offerAccountTest({ type: 'sentinel-whatsapp-account', schema, credentials, config: true }, node);
  },
});

function checkRecipients(list: string): true | string {
  const entries = list.split(',').filter((entry) => entry.trim() !== '');
  const number = entries.find((entry) => !accepts(normaliseRecipients, [entry]));
  if (number === undefined && entries.length > 0) return true;
  return text('sentinel-whatsapp-account', 'sentinel-whatsapp-account.fault.number', { number: (number ?? '').trim() });
}
