import type { AlertChannel, ChannelKind, ChannelTools } from '../../alert-channel.ts';
import { TwilioClient, type TwilioAccount } from './client.ts';
import { twilioRule } from './error-table.ts';
import { gsmText } from './gsm-text.ts';

export const sms: ChannelKind = { id: 'sms', name: 'SMS', form: { text: 1600, fit: gsmText } };

/** Alerts as SMS, sent by Twilio. */
export function openSms(account: TwilioAccount, tools: ChannelTools): AlertChannel {
  const client = new TwilioClient(account, tools);
  return {
    ruleFor: twilioRule,
    check: () => client.account(),
    async send({ id, recipient: to, body, maybe_duplicate: maybe, created_at: since }) {
      // There is no key that would keep Twilio from sending twice, but it can be asked what it has sent.
      const before = maybe === 1 ? await client.find({ to, body }, since) : undefined;
      return before ?? (await client.send({ to, body, reportTo: tools.reportTo?.(id) }));
    },
  };
}
