import type { WhatsAppAccountConfig } from '../contracts/configs.ts';
import { SentinelError } from '../contracts/errors.ts';
import type { WhatsAppAccount } from '../alerting/whatsapp-alerts.ts';

/**
 * The account that a whatsapp-out node sends through. Its `id` is the node's, so that two nodes on one account
 * keep their own rows and cooldowns.
 * @throws SentinelError ES_BAD_CONFIG without an access token.
 */
export function whatsAppAccount(
  id: string,
  account: { config: WhatsAppAccountConfig; credentials: Readonly<Record<string, string>> },
): WhatsAppAccount {
  const { phoneNumberId, graphVersion, baseUrl, recipients } = account.config;
  const accessToken = account.credentials.accessToken ?? '';
  if (accessToken === '') {
    throw new SentinelError('ES_BAD_CONFIG', 'The WhatsApp account has no access token.', {
      hint: 'Open the account and paste the token of the system user.',
    });
  }
  const numbers = recipients.split(',').map((number) => number.trim());
  return {
    id,
    phoneNumberId,
    graphVersion,
    baseUrl,
    accessToken,
    recipients: numbers.filter((number) => number !== ''),
  };
}
