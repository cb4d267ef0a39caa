import credentials from 'credentials-of:sentinel-email-account';
import schema from 'settings-of:sentinel-email-account';
import { mailAddresses } from '../../src/alerting/channels/email/addresses.ts';
import { upgradeRecipients } from '../../src/contracts/configs/recipient-list.ts';
import { offerAccountTest } from '../../src/editor/account-test.ts';
import {
  checkQuietHours,
  checkRecipients,
  prepareRecipients,
  recipientsNow,
  saveRecipients,
} from '../../src/editor/recipient-list.ts';
import { registerNode } from '../../src/editor/register.ts';

const type = 'sentinel-email-account';

const recipients = { type, example: 'anna@example.org', check: mailAddresses };

registerNode({
  type,
  schema,
  credentials,
  icon: 'sentinel-email-account.svg',
  upgrades: { recipients: upgradeRecipients },
  checks: checkQuietHours(type),
  listChecks: { recipients: checkRecipients(recipients) },
  prepare: (node) => {
    prepareRecipients(recipients, node);
    offerAccountTest({ type, schema, credentials, config: true, more: () => ({ recipients: recipientsNow() }) }, node);
  },
  save: saveRecipients,
});
