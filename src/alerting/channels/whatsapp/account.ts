import type { Recipient } from '../../../contracts/configs.ts';
import { SentinelError } from '../../../contracts/errors.ts';
import { parseServiceUrl } from '../../../network/address.ts';
import type { AlertAccount } from '../../alert-channel.ts';
import { peopleOf, type Person, type TypedHours } from '../../people.ts';
import { normaliseRecipients } from '../../recipients.ts';
import { checkTemplate } from '../../text-template.ts';
import { openWhatsApp, whatsApp } from './channel.ts';
import type { GraphAccount } from './client.ts';
import { wholeText, type MessageTemplate } from './message-template.ts';
import { TemplateBook } from './template-book.ts';

/** An account as somebody entered it. */
export interface WhatsAppAccount {
  /** Id of the account's config node. */
  id: string;
  phoneNumberId: string;
  recipients: readonly (string | Recipient)[];
  hours?: TypedHours;
  /** Such as v26.0. */
  graphVersion: string;
  baseUrl: string;
  accessToken: string;
  /** For people who have not written in the last 24 hours; the others take over where the first is refused. */
  templates?: readonly MessageTemplate[];
  /** Of the WhatsApp Business Account; empty or absent: its templates are not asked about. */
  businessAccountId?: string;
}

/** @throws SentinelError ES_BAD_CONFIG, ES_BAD_ADDRESS for an account that cannot work. */
export function checkedAccount(account: WhatsAppAccount): AlertAccount & { graph: GraphAccount } {
  const { id, baseUrl, graphVersion, phoneNumberId, accessToken } = account;
  const { templates = [], businessAccountId = '' } = account;
  const people = whatsAppPeople(account.recipients, account.hours);
  const fits =
    /^\d{1,32}$/.test(phoneNumberId) && /^v\d+\.\d+$/.test(graphVersion) && /^[\x21-\x7e]+$/.test(accessToken);
  for (const { parameters } of templates) checkParameters(parameters);
  if (!fits) {
    throw new SentinelError(
      'ES_BAD_CONFIG',
      'Phone number ID, Graph version or access token of WhatsApp is not valid.',
      { hint: 'The ID is digits only, the version looks like v26.0, and the token is one word.' },
    );
  }
  const graph = {
    baseUrl: parseServiceUrl(baseUrl),
    graphVersion,
    phoneNumberId,
    accessToken,
    ...{ templates, businessAccountId },
  };
  // What is known of its templates is shared by the sender and the hourly check.
  const book = new TemplateBook(templates, () => performance.now());
  return { id, kind: whatsApp, people, graph, open: (tools) => openWhatsApp(graph, book, tools) };
}

/** Whom it tells. @throws SentinelError ES_BAD_CONFIG for what is no number */
export function whatsAppPeople(recipients: readonly (string | Recipient)[], hours?: TypedHours): Person[] {
  return peopleOf(recipients, (typed) => normaliseRecipients(typed), hours);
}

/** `{text}` stands for the whole text and is no field of a text. */
function checkParameters(parameters: readonly string[]): void {
  for (const parameter of parameters) if (parameter !== wholeText) checkTemplate(parameter);
}
