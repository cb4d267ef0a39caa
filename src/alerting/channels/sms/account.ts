import type { Recipient } from '../../../contracts/configs.ts';
import { SentinelError } from '../../../contracts/errors.ts';
import { parseServiceUrl } from '../../../network/address.ts';
import type { AlertAccount, StatusReports } from '../../alert-channel.ts';
import { peopleOf, type Person, type TypedHours } from '../../people.ts';
import { normaliseRecipients } from '../../recipients.ts';
import { openSms, sms } from './channel.ts';
import { isSignedReport, receiptIn, reportAddress } from './status-report.ts';

/** An account as somebody entered it. */
export interface SmsAccount {
  /** Id of the account's config node. */
  id: string;
  accountSid: string;
  authToken: string;
  /** A number, a name of up to 11 letters and digits, or the SID of a messaging service. */
  from: string;
  recipients: readonly (string | Recipient)[];
  hours?: TypedHours;
  baseUrl: string;
}

/** @throws SentinelError ES_BAD_CONFIG, ES_BAD_ADDRESS for an account that cannot work. */
export function checkedSmsAccount({ id, accountSid, authToken, ...account }: SmsAccount): AlertAccount {
  const people = smsPeople(account.recipients, account.hours);
  if (!/^AC[0-9a-fA-F]{32}$/.test(accountSid) || !/^[\x21-\x7e]+$/.test(authToken)) {
    throw new SentinelError('ES_BAD_CONFIG', 'Account SID or auth token of Twilio is not valid.', {
      hint: 'Copy both from the first page of the Twilio console; the SID begins with AC.',
    });
  }
  const twilio = { accountSid, authToken, from: senderOf(account.from), baseUrl: parseServiceUrl(account.baseUrl) };
  const reports: StatusReports = {
    addressFor: (publicAddress, row) => reportAddress(publicAddress, id, row),
    isSigned: (report, signature) => isSignedReport(report, signature, authToken),
    receiptIn,
  };
  return { id, kind: sms, people, reports, open: (tools) => openSms(twilio, tools) };
}

/** Whom it tells. @throws SentinelError ES_BAD_CONFIG for what is no number */
export function smsPeople(recipients: readonly (string | Recipient)[], hours?: TypedHours): Person[] {
  return peopleOf(recipients, (typed) => normaliseRecipients(typed, 'SMS'), hours);
}

function senderOf(typed: string): string {
  const from = typed.trim();
  if (/^MG[0-9a-fA-F]{32}$/.test(from)) return from;
  const number = from.replace(/[\s().\-/]/g, '').replace(/^00/, '+');
  if (/^\+?[1-9]\d{2,14}$/.test(number)) return number.length < 8 || number.startsWith('+') ? number : `+${number}`;
  if (/^(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}$/.test(from)) return from;
  throw new SentinelError('ES_BAD_CONFIG', 'What SMS are sent from is no number, name or messaging service.', {
    hint: 'Such as +15551234567, a name of up to 11 letters, or a SID that begins with MG.',
  });
}
