import type { AlertChannel, ChannelKind, ChannelTools } from '../../alert-channel.ts';
import { WhatsAppClient, whatsAppLimits, type GraphAccount } from './client.ts';
import { Courier } from './courier.ts';
import { anotherForm, windowClosed } from './forms.ts';
import { ruleFor } from './error-table.ts';
import { pairRateWait } from './pair-rate.ts';

export const whatsApp: ChannelKind = {
  id: 'whatsapp',
  name: 'WhatsApp',
  form: {
    text: whatsAppLimits.text,
    picture: { bytes: whatsAppLimits.imageBytes, caption: whatsAppLimits.caption, as: 'reply' },
    voice: { bytes: whatsAppLimits.voiceBytes },
    video: { bytes: whatsAppLimits.videoBytes, caption: whatsAppLimits.caption },
  },
};

/** Alerts by the WhatsApp Cloud API. */
export function openWhatsApp(account: GraphAccount, { clock, stop, buttons, windows }: ChannelTools): AlertChannel {
  const client = new WhatsAppClient(account, clock, stop);
  const courier = new Courier(client, { buttons, template: account.template, windows });
  const templates = account.template === undefined ? 0 : 1;
  return {
    send: (row, files) => courier.send(row, files),
    check: async () => (await client.phoneNumber()).answer,
    ruleFor: (refusal, sent) => {
      const rule = ruleFor(refusal);
      if (refusal.code !== windowClosed || sent === undefined) return rule;
      return { ...rule, ...anotherForm(sent, { templates, listens: windows?.listens() === true }) };
    },
    heed: async ({ recipient }, { code }) => {
      if (code === windowClosed) await windows?.close(recipient);
    },
    rateWait: pairRateWait,
  };
}
