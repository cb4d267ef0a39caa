import type { Refusal, RefusalRule } from '../../answer.ts';

export interface ErrorRule extends RefusalRule {
  /** Graph error codes, single or as [first, last]. */
  codes: readonly (number | readonly [first: number, last: number])[];
}

/**
 * The error codes of the WhatsApp Cloud API and what each means for an alert.
 * Codes and meanings: https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
 */
export const errorTable: readonly ErrorRule[] = [
  {
    codes: [1, 2, 4, 80007, 130429, 131000, 131016, 131057],
    action: 'retry',
    name: 'ES_CHANNEL_UNAVAILABLE',
    says: 'WhatsApp is overloaded or in maintenance.',
  },
  {
    codes: [131056],
    action: 'pair-rate',
    attempts: 5,
    name: 'ES_CHANNEL_UNAVAILABLE',
    says: 'Too many messages went to this person in a short time.',
    hint: 'Raise the cooldown or the minimum severity.',
  },
  {
    codes: [131053],
    action: 'upload-again',
    attempts: 2,
    name: 'ES_CHANNEL_MESSAGE',
    says: 'WhatsApp could not process the picture.',
  },
  {
    codes: [131047],
    action: 'give-up',
    name: 'ES_CHANNEL_MESSAGE',
    says: 'This person has not written to your number in the last 24 hours, so WhatsApp takes no free text.',
    hint: 'Name an approved message template in the account node, or let them send any message to your WhatsApp number; each one opens the next 24 hours.',
  },
  {
    codes: [0, 190],
    action: 'setup',
    name: 'ES_CHANNEL_SETUP',
    says: 'WhatsApp does not accept the access token.',
    hint: 'Make a new permanent token for a system user and enter it in the account node.',
  },
  {
    codes: [3, 10, [200, 299]],
    action: 'setup',
    name: 'ES_CHANNEL_SETUP',
    says: 'The access token may not send for this phone number.',
    hint: 'Give the token the permission whatsapp_business_messaging and access to the phone number.',
  },
  {
    codes: [133010],
    action: 'setup',
    name: 'ES_CHANNEL_SETUP',
    says: 'The phone number is not registered with the Cloud API.',
    hint: 'Register it in the WhatsApp manager.',
  },
  {
    codes: [368, 131031],
    action: 'setup',
    name: 'ES_CHANNEL_SETUP',
    says: 'The WhatsApp business account is locked.',
    hint: 'See the account quality page of the WhatsApp manager.',
  },
  {
    codes: [33, 100, 131008, 131009, 131051],
    action: 'give-up',
    name: 'ES_CHANNEL_MESSAGE',
    says: 'WhatsApp did not understand the request.',
    hint: 'Check the phone number ID and the Graph version of the account node.',
  },
  {
    codes: [132000, 132001, 132005, 132007, 132012, 132015, 132016],
    action: 'give-up',
    name: 'ES_CHANNEL_MESSAGE',
    says: 'The message template is missing, paused or has other fields.',
    hint: 'Check the template in the WhatsApp manager.',
  },
  {
    codes: [130497, 131026, 131049],
    action: 'give-up',
    name: 'ES_CHANNEL_RECIPIENT',
    says: 'WhatsApp cannot or may not deliver to this person.',
    hint: 'Check that the number is right and has WhatsApp.',
  },
  {
    codes: [131048],
    action: 'pause',
    name: 'ES_CHANNEL_UNAVAILABLE',
    says: 'WhatsApp limits this number because of spam reports.',
    hint: 'Messages below severity 3 wait for an hour.',
  },
];

/** Codes of a request that is wrong, which also speak of media that is not there any more. */
const badValues: readonly (number | undefined)[] = [100, 131009];

/** The provider does not know what was uploaded, most often since it is older than 30 days. */
export function isUnknownMedia({ code, message }: Pick<Refusal, 'code' | 'message'>): boolean {
  return badValues.includes(code) && /media (attachment )?id|media.{0,40}(expired|not found)/i.test(message);
}

/** What follows from that. */
export const unknownMediaRule: ErrorRule = {
  codes: [],
  action: 'upload-again',
  attempts: 5,
  name: 'ES_CHANNEL_MESSAGE',
  says: 'WhatsApp does not know the uploaded picture any more.',
};

/** The rules of answers whose code is not in the table, first fit. */
const otherwise: readonly { fits: (refusal: Refusal) => boolean; rule: ErrorRule }[] = [
  {
    fits: ({ status }) => status === 429 || status >= 500,
    rule: { codes: [], action: 'retry', name: 'ES_CHANNEL_UNAVAILABLE', says: 'WhatsApp is not available.' },
  },
  {
    fits: ({ transient }) => transient,
    rule: { codes: [], action: 'retry', attempts: 3, name: 'ES_CHANNEL_UNAVAILABLE', says: 'WhatsApp had a hiccup.' },
  },
  {
    fits: ({ status, code }) => code === undefined && (status < 400 || status === 401 || status === 403),
    rule: {
      codes: [],
      action: 'setup',
      name: 'ES_CHANNEL_SETUP',
      says: 'What answers is not the Graph API, or it does not let us in.',
      hint: 'Check address and access token of the account node.',
    },
  },
];
const refused: ErrorRule = {
  codes: [],
  action: 'give-up',
  name: 'ES_CHANNEL_MESSAGE',
  says: 'WhatsApp refused the message.',
};

/** Decides on the code first, since the HTTP status alone misleads: code 3 (permission) can come with HTTP 500. */
export function ruleFor(refusal: Refusal): ErrorRule {
  const { code } = refusal;
  const known = code === undefined ? undefined : errorTable.find(({ codes }) => codes.some((one) => covers(one, code)));
  return known ?? otherwise.find(({ fits }) => fits(refusal))?.rule ?? refused;
}

function covers(entry: number | readonly [number, number], code: number): boolean {
  return typeof entry === 'number' ? entry === code : code >= entry[0] && code <= entry[1];
}
