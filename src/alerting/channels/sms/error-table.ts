import type { Refusal, RefusalRule } from '../../answer.ts';

interface TwilioRule extends RefusalRule {
  codes: readonly number[];
}

/** Twilio's error codes and what each means for an alert: https://www.twilio.com/docs/api/errors */
export const twilioErrors: readonly TwilioRule[] = [
  {
    codes: [20429, 14107, 30001],
    action: 'retry',
    name: 'ES_CHANNEL_UNAVAILABLE',
    says: 'Twilio takes no more messages at this moment.',
  },
  {
    codes: [20003, 20005, 20404, 30002],
    action: 'setup',
    name: 'ES_CHANNEL_SETUP',
    says: 'Twilio does not accept the account.',
    hint: 'Check Account SID and auth token of the account node, and that the account is active.',
  },
  {
    codes: [21212, 21603, 21606, 21659, 21660, 21703, 21705],
    action: 'setup',
    name: 'ES_CHANNEL_SETUP',
    says: 'Twilio does not send from this number or messaging service.',
    hint: 'Enter a number of the account that can send SMS, or the SID of a messaging service that has one.',
  },
  {
    codes: [63038],
    action: 'pause',
    name: 'ES_CHANNEL_UNAVAILABLE',
    says: 'The account has sent all messages that Twilio allows it in a day.',
    hint: 'Messages below severity 3 wait for an hour.',
  },
  {
    codes: [21408],
    action: 'give-up',
    name: 'ES_CHANNEL_RECIPIENT',
    says: 'The account may not send to the country of this person.',
    hint: 'Allow the country under Messaging, Geo permissions in the Twilio console.',
  },
  {
    codes: [21608],
    action: 'give-up',
    name: 'ES_CHANNEL_RECIPIENT',
    says: 'A trial account sends to verified numbers only.',
    hint: 'Verify the number in the Twilio console.',
  },
  {
    codes: [21610],
    action: 'give-up',
    name: 'ES_CHANNEL_RECIPIENT',
    says: 'This person has answered STOP and gets no more messages from this number.',
    hint: 'They can send START to it.',
  },
  {
    codes: [21211, 21214, 21217, 21612, 21614],
    action: 'give-up',
    name: 'ES_CHANNEL_RECIPIENT',
    says: 'Twilio cannot send an SMS to this number.',
    hint: 'Check that the number is right and is that of a mobile phone.',
  },
  {
    codes: [30003],
    action: 'give-up',
    name: 'ES_CHANNEL_RECIPIENT',
    says: 'The phone is switched off or out of reach.',
  },
  {
    codes: [30004, 30005, 30006],
    action: 'give-up',
    name: 'ES_CHANNEL_RECIPIENT',
    says: 'The network does not bring SMS to this number.',
    hint: 'Check that the number is right, is that of a mobile phone, and blocks nobody.',
  },
  {
    codes: [30007],
    action: 'give-up',
    name: 'ES_CHANNEL_MESSAGE',
    says: 'The network has filtered the SMS as spam.',
    hint: 'A registered sender helps; Twilio has the rules of the country.',
  },
  {
    codes: [30034],
    action: 'setup',
    name: 'ES_CHANNEL_SETUP',
    says: 'The sender is not registered for this country.',
    hint: 'Register it in the Twilio console (A2P 10DLC).',
  },
  {
    codes: [30008],
    action: 'retry',
    name: 'ES_CHANNEL_UNAVAILABLE',
    says: 'The SMS did not arrive, and Twilio does not know why.',
  },
  {
    codes: [21602, 21617],
    action: 'give-up',
    name: 'ES_CHANNEL_MESSAGE',
    says: 'Twilio does not take this text.',
  },
];

const unavailable: RefusalRule = { action: 'retry', name: 'ES_CHANNEL_UNAVAILABLE', says: 'Twilio is not available.' };
const notTwilio: RefusalRule = {
  action: 'setup',
  name: 'ES_CHANNEL_SETUP',
  says: 'What answers is not Twilio, or it does not let us in.',
  hint: 'Check Account SID, auth token and address of the account node.',
};
const refused: RefusalRule = { action: 'give-up', name: 'ES_CHANNEL_MESSAGE', says: 'Twilio refused the message.' };

/** Decides on the code first, then on the HTTP status. */
export function twilioRule({ status, code }: Refusal): RefusalRule {
  const known = code === undefined ? undefined : twilioErrors.find(({ codes }) => codes.includes(code));
  if (known !== undefined) return known;
  if (status === 429 || status >= 500) return unavailable;
  return status === 401 || status === 403 || (code === undefined && status !== 400) ? notTwilio : refused;
}
