import type { AlertChannel, ChannelKind, ChannelTools } from '../../alert-channel.ts';
import type { Refusal, RefusalRule } from '../../answer.ts';
import { mailOf } from './mail.ts';
import { checkServer, recipientRefused, sendMail, tlsRefused, type MailServer } from './smtp.ts';

export const email: ChannelKind = {
  id: 'email',
  name: 'Email',
  // Servers often refuse mails of more than 20 MB, and base64 adds a third.
  form: { text: 20_000, picture: { bytes: 10 * 1024 * 1024, caption: 0, as: 'inline' } },
};

/** Alerts as mails, by SMTP. */
export function openEmail(server: MailServer, from: string, tools: ChannelTools): AlertChannel {
  return {
    ruleFor: smtpRule,
    check: () => checkServer(server, tools),
    async send(row, files) {
      return await sendMail(server, mailOf(row, from, await files.media(row.id)), tools);
    },
  };
}

/** Reply codes, first fit; 4xx of RFC 5321 will pass. */
const rules: readonly { fits: (refusal: Refusal) => boolean; rule: RefusalRule }[] = [
  {
    fits: ({ status }) => status === tlsRefused,
    rule: {
      action: 'setup',
      name: 'ES_CHANNEL_SETUP',
      says: 'No secret connection to the mail server came about.',
      hint: 'Check port, security and certificate in the account node; a password is never sent in plain text.',
    },
  },
  {
    fits: ({ status }) => [530, 534, 535, 538].includes(status),
    rule: {
      action: 'setup',
      name: 'ES_CHANNEL_SETUP',
      says: 'The mail server does not accept user name and password.',
      hint: 'Many providers want a password of its own for programs (app password).',
    },
  },
  {
    fits: ({ status }) => status < 500,
    rule: { action: 'retry', name: 'ES_CHANNEL_UNAVAILABLE', says: 'The mail server takes no mail at this moment.' },
  },
  {
    fits: ({ code }) => code === recipientRefused,
    rule: {
      action: 'give-up',
      name: 'ES_CHANNEL_RECIPIENT',
      says: 'The mail server does not take mail for this address.',
      hint: 'Check the address.',
    },
  },
];
const refused: RefusalRule = {
  action: 'give-up',
  name: 'ES_CHANNEL_MESSAGE',
  says: 'The mail server refused the mail.',
};

function smtpRule(refusal: Refusal): RefusalRule {
  return rules.find(({ fits }) => fits(refusal))?.rule ?? refused;
}
