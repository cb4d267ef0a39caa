import { SentinelError } from '../../../contracts/errors.ts';
import type { AccountWarning, AlertChannel, ChannelKind, ChannelTools } from '../../alert-channel.ts';
import type { Answer } from '../../answer.ts';
import { WhatsAppClient, whatsAppLimits, type GraphAccount } from './client.ts';
import { Courier, languageOf } from './courier.ts';
import { isUnknownMedia, ruleFor, unknownMediaRule } from './error-table.ts';
import { anotherForm, mediaFault, templateOf, windowClosed } from './forms.ts';
import { graphVersionWarning } from './graph-versions.ts';
import { pairRateWait } from './pair-rate.ts';
import type { TemplateBook } from './template-book.ts';

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
export function openWhatsApp(account: GraphAccount, book: TemplateBook, tools: ChannelTools): AlertChannel {
  const { clock, stop, windows } = tools;
  const client = new WhatsAppClient(account, clock, stop);
  const courier = new Courier(client, book, tools);
  return {
    send: (row, files) => courier.send(row, files),
    check: () => check(client, account, book),
    warning: () => warningOf(account.graphVersion, book, clock.now()),
    ruleFor: (refusal, sent) => {
      const rule = ruleFor(refusal);
      if (sent === undefined) return rule;
      if (isUnknownMedia(refusal)) return unknownMediaRule;
      const ways = { templates: book.templates.length, listens: windows?.listens() === true };
      return { ...rule, ...anotherForm(refusal, sent, ways) };
    },
    heed: async (row, refusal) => {
      const { code } = refusal;
      const spoilt = isUnknownMedia(refusal) || code === mediaFault;
      if (spoilt && row.media_id !== null) await tools.uploads?.forget(row.media_id);
      if (code === windowClosed) await windows?.close(row.recipient);
      const index = templateOf(row.form);
      if (index !== undefined) book.refused(index, languageOf(row), refusal);
    },
    rateWait: pairRateWait,
  };
}

function warningOf(version: string, book: TemplateBook, now: number): AccountWarning | undefined {
  const ending = graphVersionWarning(version, now);
  const { faults } = book;
  if (ending === undefined && faults.length === 0) return undefined;
  const templates = faults.map((fault) => `The message template ${fault}.`);
  const says = [...(ending === undefined ? [] : [ending.says]), ...templates].join(' ');
  const hint =
    ending === undefined
      ? 'See the templates in the WhatsApp manager.'
      : 'Choose a newer Graph version in the account.';
  return { error: new SentinelError('ES_CHANNEL_SETUP', says, { hint }), isGrave: ending?.isOver === true };
}

/** Whether the number would send; and, where the business account is named, which of its templates can be sent. */
async function check(client: WhatsAppClient, { businessAccountId }: GraphAccount, book: TemplateBook): Promise<Answer> {
  const { answer } = await client.phoneNumber();
  if (answer.result !== 'ok' || businessAccountId === '') return answer;
  for (const name of new Set(book.templates.map((template) => template.name))) {
    const asked = await client.templateStatuses(name);
    // That the token may not ask is no fault of the number.
    if (asked.answer.result === 'ok') book.heard(name, asked.statuses);
  }
  return answer;
}
