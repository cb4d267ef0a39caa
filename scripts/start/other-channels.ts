import { checkedEmailAccount } from '../../src/alerting/channels/email/account.ts';
import { checkedSmsAccount } from '../../src/alerting/channels/sms/account.ts';
import { checkedWebhook } from '../../src/alerting/channels/webhook/account.ts';
import { SentinelError } from '../../src/contracts/errors.ts';
import { UsageError } from './usage-error.ts';

/** A channel beside WhatsApp that the environment describes: a node of the flow, its account where it has one, and what is secret. */
export interface OtherChannel {
  /** Part of the ids of its nodes. */
  name: 'mail' | 'sms' | 'webhook' | 'ntfy';
  outType: 'sentinel-email-out' | 'sentinel-sms-out' | 'sentinel-webhook-out';
  /** Absent: settings and secrets are those of the node itself. */
  accountType?: 'sentinel-email-account' | 'sentinel-sms-account';
  settings: Readonly<Record<string, unknown>>;
  credentials: Readonly<Record<string, string>>;
}

interface Described {
  /** All of them must be set. */
  needed: readonly string[];
  optional: readonly string[];
  /** @throws SentinelError ES_BAD_CONFIG, ES_BAD_ADDRESS */
  read: (value: (name: string) => string) => OtherChannel;
}

const people = (list: string) =>
  list
    .split(',')
    .map((to) => ({ to: to.trim() }))
    .filter(({ to }) => to !== '');

const described: Readonly<Record<'e-mail' | 'SMS' | 'webhook' | 'ntfy', Described>> = {
  'e-mail': {
    needed: ['MAIL_SERVER', 'ALERT_FROM_EMAIL', 'ALERT_TO_EMAIL'],
    optional: ['MAIL_PORT', 'MAIL_USERNAME', 'MAIL_PASSWORD'],
    read: (value) => {
      const settings = {
        ...{ host: value('MAIL_SERVER'), port: Number(value('MAIL_PORT') || '587'), security: 'auto' as const },
        ...{ verifyCertificate: true, from: value('ALERT_FROM_EMAIL'), recipients: people(value('ALERT_TO_EMAIL')) },
      };
      const credentials = { username: value('MAIL_USERNAME'), password: value('MAIL_PASSWORD') };
      if (!(Number.isInteger(settings.port) && settings.port >= 1 && settings.port <= 65_535)) {
        throw new UsageError('MAIL_PORT wants a number from 1 to 65535.');
      }
      checkedEmailAccount({ id: 'mail', ...settings, ...credentials });
      return {
        ...{ name: 'mail', outType: 'sentinel-email-out', accountType: 'sentinel-email-account' },
        ...{ settings, credentials },
      };
    },
  },
  SMS: {
    needed: ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_FROM', 'ALERT_TO_PHONE'],
    optional: [],
    read: (value) => {
      const settings = {
        ...{ accountSid: value('TWILIO_ACCOUNT_SID'), from: value('TWILIO_FROM') },
        ...{ recipients: people(value('ALERT_TO_PHONE')), baseUrl: 'https://api.twilio.com' },
      };
      const credentials = { authToken: value('TWILIO_AUTH_TOKEN') };
      checkedSmsAccount({ id: 'sms', ...settings, ...credentials });
      return {
        ...{ name: 'sms', outType: 'sentinel-sms-out', accountType: 'sentinel-sms-account' },
        ...{ settings, credentials },
      };
    },
  },
  webhook: {
    needed: ['WEBHOOK_URL'],
    optional: ['WEBHOOK_SECRET', 'WEBHOOK_TOKEN'],
    read: (value) =>
      receiver('json', value('WEBHOOK_URL'), { secret: value('WEBHOOK_SECRET'), token: value('WEBHOOK_TOKEN') }),
  },
  ntfy: {
    needed: ['NTFY_TOPIC'],
    optional: ['NTFY_SERVER', 'NTFY_TOKEN'],
    read: (value) => {
      const server = (value('NTFY_SERVER') || 'https://ntfy.sh').replace(/\/+$/, '');
      return receiver('ntfy', `${server}/${value('NTFY_TOPIC')}`, { token: value('NTFY_TOKEN') });
    },
  },
};

/** A receiver without an account of its own. @throws SentinelError ES_BAD_CONFIG, ES_BAD_ADDRESS */
function receiver(
  form: 'json' | 'ntfy',
  url: string,
  { secret = '', token = '' }: { secret?: string; token?: string },
): OtherChannel {
  checkedWebhook({ id: form, url, form, secret, token });
  const name = form === 'json' ? 'webhook' : 'ntfy';
  return { name, outType: 'sentinel-webhook-out', settings: { url, form }, credentials: { secret, token } };
}

/** Secrets among the variables: Node-RED itself starts without them once they lie in the credentials. */
export const channelSecrets = [
  'MAIL_PASSWORD',
  'TWILIO_AUTH_TOKEN',
  'WEBHOOK_SECRET',
  'WEBHOOK_TOKEN',
  'NTFY_TOKEN',
] as const;

/**
 * The channels beside WhatsApp of the environment.
 * @param tell takes the variables that are used, and a sentence about those that are not.
 * @throws UsageError naming the variables that are wrong.
 */
export function otherChannels(
  value: (name: string) => string,
  tell: { used: (name: string, says: string) => void; note: (sentence: string) => void },
): OtherChannel[] {
  return Object.entries(described).flatMap(([what, { needed, optional, read }]) => {
    const missing = needed.filter((name) => value(name) === '');
    const set = [...needed, ...optional].filter((name) => value(name) !== '');
    if (set.length === 0) return [];
    if (missing.length > 0) {
      tell.note(`The ${what} account of the environment is not used: ${missing.join(' and ')} must be set too.`);
      return [];
    }
    try {
      const channel = read(value);
      for (const name of set) tell.used(name, `alerts by ${what}`);
      return [channel];
    } catch (error) {
      if (error instanceof SentinelError)
        throw new UsageError(`${set.join(', ')}: ${error.message} ${error.hint ?? ''}`.trim());
      throw error;
    }
  });
}
