import { SentinelError } from '../contracts/errors.ts';

/**
 * Phone numbers as the Graph API takes them: international form, digits only, each once.
 * Spaces, dashes, dots, brackets and a leading + or 00 are understood.
 * @throws SentinelError ES_BAD_CONFIG naming the numbers (masked) that are none.
 */
export function normaliseRecipients(recipients: readonly string[], channel = 'WhatsApp'): string[] {
  const entries = recipients.map((entry) => entry.trim()).filter((entry) => entry !== '');
  if (entries.length === 0) throw new SentinelError('ES_BAD_CONFIG', `The ${channel} account has no recipient.`);
  return [...new Set(entries.map(normalised))];
}

/** E.164 allows at most 15 digits; no country's international numbers are shorter than 7. */
function normalised(entry: string): string {
  const digits = entry.replace(/[\s().\-/\u00a0]/g, '').replace(/^(\+|00)/, '');
  if (/^[1-9]\d{6,14}$/.test(digits)) return digits;
  throw new SentinelError('ES_BAD_CONFIG', `The recipient ${masked(entry)} is no phone number in international form.`, {
    hint: 'Write it with country code and without the leading zero, such as +49 170 1234567.',
  });
}

/**
 * All but the last three characters hidden; all of what is too short to be a number. Of a mail address the first letter
 * and the host are left, and hosts are shown.
 */
export function masked(recipient: string): string {
  if (recipient.startsWith('host:')) return recipient.slice('host:'.length);
  const [, first, host] = /^(.).*(@[^@]+)$/.exec(recipient) ?? [];
  if (first !== undefined && host !== undefined) return `${first}***${host}`;
  return recipient.length < 7 ? '***' : `***${recipient.slice(-3)}`;
}

/** Text in which a recipient's number, as the provider may echo it, is masked. */
export function maskedIn(text: string, recipient: string): string {
  return recipient === '' ? text : text.replaceAll(recipient, masked(recipient));
}
