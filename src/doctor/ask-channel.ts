import type { AlertAccount, ChannelTools } from '../alerting/alert-channel.ts';
import { faultOf } from '../alerting/next-step.ts';
import type { SentinelError } from '../contracts/errors.ts';
import { emailAccount, smsAccount, webhookAccount } from '../site/alert-accounts.ts';
import type { ChannelNode } from './installation.ts';

/**
 * Asks the provider of an account whether it would send, or the host of a webhook whether it is there. Nothing is sent.
 * @returns what is wrong; undefined: nothing is. @throws SentinelError ES_BAD_CONFIG, ES_BAD_ADDRESS
 */
export async function askChannel(channel: ChannelNode, tools: ChannelTools): Promise<SentinelError | undefined> {
  if (channel.type === 'sentinel-webhook-out') {
    const webhook = webhookAccount({ ...channel, credentials: channel.credentials ?? {} });
    const { ruleFor } = webhook.open(tools);
    return faultOf(await webhook.reach(tools), { name: webhook.kind.name, ruleFor })?.error;
  }
  const account = accountOf(channel);
  const opened = account.open(tools);
  try {
    const answer = await opened.check?.();
    return answer && faultOf(answer, { name: account.kind.name, ruleFor: opened.ruleFor })?.error;
  } finally {
    opened.close?.();
  }
}

function accountOf(channel: Exclude<ChannelNode, { type: 'sentinel-webhook-out' }>): AlertAccount {
  const credentials = channel.credentials ?? {};
  return channel.type === 'sentinel-sms-account'
    ? smsAccount({ ...channel, credentials })
    : emailAccount({ ...channel, credentials });
}
