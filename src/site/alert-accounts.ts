import type { AlertAccount } from '../alerting/alert-channel.ts';
import { checkedEmailAccount } from '../alerting/channels/email/account.ts';
import { checkedSmsAccount } from '../alerting/channels/sms/account.ts';
import { checkedWebhook } from '../alerting/channels/webhook/account.ts';
import type { EmailAccountConfig, SmsAccountConfig, WebhookOutConfig } from '../contracts/configs.ts';
import { SentinelError } from '../contracts/errors.ts';

/** A node with its settings. */
interface Described<Config> {
  id: string;
  config: Config;
  credentials: Readonly<Record<string, string>>;
}

/** The account that a sentinel-sms-account describes. @throws SentinelError ES_BAD_CONFIG, ES_BAD_ADDRESS */
export function smsAccount({ id, config, credentials }: Described<SmsAccountConfig>): AlertAccount {
  const { accountSid, from, baseUrl } = config;
  const authToken = credentials.authToken ?? '';
  if (authToken === '') throw missing('The SMS account has no auth token.', 'Copy it from the Twilio console.');
  return checkedSmsAccount({ id, accountSid, authToken, from, baseUrl, recipients: config.recipients, hours: config });
}

/** The account that a sentinel-email-account describes. @throws SentinelError ES_BAD_CONFIG, ES_BAD_ADDRESS */
export function emailAccount({ id, config, credentials }: Described<EmailAccountConfig>): AlertAccount {
  const { host, port, security, verifyCertificate, from } = config;
  const { username = '', password = '' } = credentials;
  const server = { host, port, security, verifyCertificate, username, password };
  return checkedEmailAccount({ id, ...server, from, recipients: config.recipients, hours: config });
}

/** The receiver that a sentinel-webhook-out describes. @throws SentinelError ES_BAD_CONFIG, ES_BAD_ADDRESS */
export function webhookAccount({
  id,
  config,
  credentials,
}: Described<WebhookOutConfig>): ReturnType<typeof checkedWebhook> {
  if (config.url === '') throw missing('The webhook has no address.', 'Enter it, or tick "Try out" to send nothing.');
  const { secret = '', token = '' } = credentials;
  return checkedWebhook({ id, url: config.url, form: config.form, secret, token });
}

function missing(message: string, hint: string): SentinelError {
  return new SentinelError('ES_BAD_CONFIG', message, { hint });
}
