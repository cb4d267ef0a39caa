import { checkedAccount } from '../alerting/channels/whatsapp/account.ts';
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
  const { phoneNumberId, graphVersion, baseUrl, recipients } = node.config;
  const accessToken = node.credentials.accessToken ?? '';
  if (accessToken === '') {
    throw new SentinelError('ES_BAD_CONFIG', 'The WhatsApp account has no access token.', {
      hint: 'Open the account and paste the token of the system user.',
    });
  }
  const { templateName: name, templateLanguage: language } = node.config;
  const template = name === '' ? {} : { template: { name, language } };
  return checkedAccount({ id: node.id, phoneNumberId, graphVersion, baseUrl, accessToken, recipients, ...template });
}
