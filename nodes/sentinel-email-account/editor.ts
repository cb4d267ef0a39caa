import credentials from 'credentials-of:sentinel-email-account';
import schema from 'settings-of:sentinel-email-account';
import { mailAddresses } from '../../src/alerting/channels/email/addresses.ts';
import { offerAccountTest } from '../../src/editor/account-test.ts';
import { accepts, registerNode, text } from '../../src/editor/register.ts';

const type = 'sentinel-email-account';

registerNode({
  type,
  schema,
  credentials,
  icon: 'sentinel-email-account.svg',
  checks: { recipients: checkRecipients },
  prepare: (node) => {
    offerAccountTest({ type, schema, credentials, config: true }, node);
  },
});

function checkRecipients(list: string): true | string {
  const entries = list.split(',').filter((entry) => entry.trim() !== '');
  const wrong = entries.find((entry) => !accepts(mailAddresses, [entry]));
  if (wrong === undefined && entries.length > 0) return true;
  return text(type, `${type}.fault.recipient`, { recipient: (wrong ?? '').trim() });
}
