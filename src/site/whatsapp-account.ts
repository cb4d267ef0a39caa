import { checkedAccount } from '../alerting/channels/whatsapp/account.ts';
import { normaliseRecipients } from '../alerting/recipients.ts';
import type { WhatsAppAccountConfig } from '../contracts/configs.ts';
import { SentinelError } from '../contracts/errors.ts';

/**
 * The account that a sentinel-whatsapp-account node describes.
 * @throws SentinelError ES_BAD_CONFIG, ES_BAD_ADDRESS for an account that cannot work.
 */
export function whatsAppAccount(node: {
  id: string;
  config: WhatsAppAccountConfig;
  credentials: Readonly<Record<string, string>>;
}): ReturnType<typeof checkedAccount> {
  const { phoneNumberId, graphVersion, baseUrl } = node.config;
  const accessToken = node.credentials.accessToken ?? '';
  if (accessToken === '') {
    throw new SentinelError('ES_BAD_CONFIG', 'The WhatsApp account has no access token.', {
      hint: 'Open the account and paste the token of the system user.',
    });
  }
  const recipients = numbersIn(node.config);
  const { templateName: name, templateLanguage: language } = node.config;
  const template = name === '' ? {} : { template: { name, language } };
  return checkedAccount({ id: node.id, phoneNumberId, graphVersion, baseUrl, accessToken, recipients, ...template });
}

/**
 * Whom an account tells, whether or not it can send already.
 * @throws SentinelError ES_BAD_CONFIG naming the numbers (masked) that are none.
 */
export function whatsAppRecipients(config: WhatsAppAccountConfig): string[] {
  return normaliseRecipients(numbersIn(config));
}

function numbersIn({ recipients }: WhatsAppAccountConfig): string[] {
  const numbers = recipients.split(',').map((number) => number.trim());
  return numbers.filter((number) => number !== '');
}
