import { createHmac } from 'node:crypto';
import { isIP } from 'node:net';
import { isSame } from '../../inbound/webhook-keys.ts';
import type { Receipt, ReceiptStatus } from '../../receipts.ts';

/** What Twilio posts when a message has come further: https://www.twilio.com/docs/messaging/guides/track-outbound-message-status */
export interface StatusReport {
  /** The address that it was posted to, as we have given it. */
  url: string;
  form: URLSearchParams;
}

/** Twilio's words; others say nothing new. */
const statuses: Readonly<Record<string, ReceiptStatus>> = {
  ...{ sent: 'sent', delivered: 'delivered', read: 'read' },
  ...{ undelivered: 'failed', failed: 'failed', canceled: 'failed' },
};
/** "Unknown error" of Twilio. */
const unknownError = 30008;

/**
 * Whether Twilio has signed a report: base64 of the HMAC-SHA1, by the auth token, of the address and of each field with its
 * value, in the order of their names (https://www.twilio.com/docs/usage/webhooks/webhooks-security). Takes the same time for
 * any signature.
 */
export function isSignedReport({ url, form }: StatusReport, signature: string, authToken: string): boolean {
  const fields = [...form].toSorted(([one, a], [other, b]) => compare(one, other) || compare(a, b));
  const tail = fields.map(([name, value]) => `${name}${value}`).join('');
  const signed = (address: string): string =>
    createHmac('sha1', authToken).update(`${address}${tail}`).digest('base64');
  // Twilio is not of one mind whether the usual port stands in the address.
  return [url, withPort(url)].map((address) => isSame(signature, signed(address))).includes(true);
}

/** What a report says of a message; undefined where it is nothing new. */
export function receiptIn({ url, form }: StatusReport): Receipt | undefined {
  const status = statuses[form.get('MessageStatus') ?? ''];
  const id = form.get('MessageSid') ?? '';
  if (status === undefined || id === '') return undefined;
  const tag = URL.parse(url)?.searchParams.get('row') ?? '';
  const code = Number(form.get('ErrorCode') ?? '');
  const error = {
    code: Number.isInteger(code) && code > 0 ? code : unknownError,
    message: `the message is ${form.get('MessageStatus') ?? ''}`,
  };
  return { id, status, ...(tag === '' ? {} : { tag }), ...(status === 'failed' ? { error } : {}) };
}

/**
 * Where reports about a row are to be posted; undefined without an address that Twilio reaches: it refuses a message with an
 * address that it does not like (error 21609).
 * @param publicAddress of the site
 */
export function reportAddress(publicAddress: string | undefined, account: string, row: string): string | undefined {
  const url = URL.parse(`${publicAddress ?? ''}/api/v1/sms/reports`);
  if (url?.protocol !== 'https:') return undefined;
  const { hostname } = url;
  const isPublic =
    /^[a-z0-9.-]+\.[a-z]{2,}$/i.test(hostname) && !/\.(?:local|lan|home|internal|localdomain)$/i.test(hostname);
  if (isIP(hostname) !== 0 || !isPublic) return undefined;
  url.search = new URLSearchParams({ account, row }).toString();
  return url.href;
}

function withPort(url: string): string {
  return url.replace(/^https:\/\/([^/:]+)(?=\/)/, 'https://$1:443');
}

/** By code units, whatever the language of the machine. */
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
