import type { SentinelError } from '../../contracts/errors.ts';
import { ok, problem, problemOf, skipped, type Outcome } from '../finding.ts';
import type { ChannelNode, Installation } from '../installation.ts';
import type { Ports } from '../ports.ts';

type ChannelPorts = Pick<Ports, 'askChannel' | 'offline'>;

/** Secrets without which nothing can be asked, by type. */
const needs: Readonly<Record<ChannelNode['type'], boolean>> = {
  'sentinel-sms-account': true,
  'sentinel-email-account': true,
  'sentinel-webhook-out': false,
};

const good: Readonly<Record<ChannelNode['type'], string>> = {
  'sentinel-sms-account': 'Twilio accepts the account; nothing was sent.',
  'sentinel-email-account': 'The mail server is there and accepts the login; nothing was sent.',
  'sentinel-webhook-out': 'Its host answers; nothing was sent, so path and token are not tried.',
};

/** Asks whatever is behind the accounts of SMS and mail and behind webhooks. Nothing is sent to anybody. */
export async function checkChannels(
  { channels }: Pick<Installation, 'channels'>,
  ports: ChannelPorts,
): Promise<Outcome[]> {
  if (channels.length === 0) return [skipped('The flow has no account for SMS or mail, and no webhook.')];
  return await Promise.all(
    channels.map(async (channel) => ({ about: channel.name, ...(await asked(channel, ports)) })),
  );
}

async function asked(channel: ChannelNode, ports: ChannelPorts): Promise<Outcome> {
  const { type, credentials, config } = channel;
  if (type === 'sentinel-webhook-out' && (config.dryRun || config.url === '')) {
    return skipped('It only tries out, or has no address: there is nothing to ask.');
  }
  if (credentials === undefined && needs[type])
    return skipped('Its secrets could not be read from the credentials file.');
  if (ports.offline) return skipped('Not asked: offline.');
  try {
    const fault = await ports.askChannel(channel);
    return fault === undefined ? ok(good[type]) : told(fault);
  } catch (error) {
    return problemOf(error);
  }
}

function told({ message, hint = 'Check the settings of the account.' }: SentinelError): Outcome {
  return problem(message, hint);
}
