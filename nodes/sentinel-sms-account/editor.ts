import credentials from 'credentials-of:sentinel-sms-account';
import schema from 'settings-of:sentinel-sms-account';
import { normaliseRecipients } from '../../src/alerting/recipients.ts';
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

const type = 'sentinel-sms-account';

const recipients = { type, example: '+491701234567', check: normaliseRecipients };

registerNode({
  type,
  schema,
  credentials,
  icon: 'sentinel-sms-account.svg',
  upgrades: { recipients: upgradeRecipients },
  checks: checkQuietHours(type),
  listChecks: { recipients: checkRecipients(recipients) },
  prepare: (node) => {
    prepareRecipients(recipients, node);
    offerAccountTest({ type, schema, credentials, config: true, more: () => ({ recipients: recipientsNow() }) }, node);
  },
  save: saveRecipients,
});
