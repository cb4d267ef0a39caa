import credentials from 'credentials-of:sentinel-whatsapp-account';
import schema from 'settings-of:sentinel-whatsapp-account';
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
import { checkVariables, prepareTemplate } from '../../src/editor/whatsapp-template.ts';

const type = 'sentinel-whatsapp-account';

const recipients = { type, example: '+491701234567', check: normaliseRecipients };

registerNode({
  type,
  schema,
  credentials,
  icon: 'sentinel-whatsapp-account.svg',
  upgrades: { recipients: upgradeRecipients },
  checks: { ...checkQuietHours(type), templateParameters: checkVariables, secondTemplateParameters: checkVariables },
  listChecks: { recipients: checkRecipients(recipients) },
  prepare: (node) => {
    prepareRecipients(recipients, node);
    prepareTemplate();
    offerAccountTest({ type, schema, credentials, config: true, more: () => ({ recipients: recipientsNow() }) }, node);
  },
  save: saveRecipients,
});
