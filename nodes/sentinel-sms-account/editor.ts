import credentials from 'credentials-of:sentinel-sms-account';
import schema from 'settings-of:sentinel-sms-account';
import { normaliseRecipients } from '../../src/alerting/recipients.ts';
import { offerAccountTest } from '../../src/editor/account-test.ts';
import { accepts, registerNode, text } from '../../src/editor/register.ts';

const type = 'sentinel-sms-account';

registerNode({
  type,
  schema,
  credentials,
  icon: 'sentinel-sms-account.svg',
  checks: { recipients: checkRecipients },
  prepare: (node) => {
    offerAccountTest({ type, schema, credentials, config: true }, node);
  },
});

function checkRecipients(list: string): true | string {
  const entries = list.split(',').filter((entry) => entry.trim() !== '');
  const wrong = entries.find((entry) => !accepts(normaliseRecipients, [entry]));
  if (wrong === undefined && entries.length > 0) return true;
  return text(type, `${type}.fault.recipient`, { recipient: (wrong ?? '').trim() });
}
