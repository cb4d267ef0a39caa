import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { SentinelError } from '../../contracts/errors.ts';

/** The two secrets of a webhook of Meta. */
export interface WebhookKeys {
  /** Signs every post. */
  appSecret: string;
  /** What Meta says when it asks whether the address is ours. */
  verifyToken: string;
}

/** @throws SentinelError ES_BAD_CONFIG when one is missing: nothing that is not signed is ever taken. */
export function checkedKeys({ appSecret, verifyToken }: Partial<WebhookKeys>): WebhookKeys {
  if (appSecret === undefined || appSecret === '') {
    throw new SentinelError('ES_BAD_CONFIG', 'The WhatsApp account has no app secret.', {
      hint: 'Copy it from App settings, Basic, of the Meta app into the account node. Without it nobody could tell whose messages come in.',
    });
  }
  if (verifyToken === undefined || verifyToken === '') {
    throw new SentinelError('ES_BAD_CONFIG', 'The WhatsApp account has no verify token.', {
      hint: 'Make one up, enter it in the account node, and again in the webhook settings of the Meta app.',
    });
  }
  return { appSecret, verifyToken };
}

/** Whether two texts are the same; takes the same time for any two. */
export function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest()) as [Buffer, Buffer];
  return timingSafeEqual(a, b);
}

/**
 * Whether a body carries the signature of who knows the app secret.
 * @param body the very bytes that came: JSON that was read and written again has others.
 * @param header X-Hub-Signature-256, `sha256=` and 64 hex digits.
 */
export function isSigned(body: Uint8Array, header: string, appSecret: string): boolean {
  const given = /^sha256=([0-9a-f]{64})$/.exec(header)?.[1];
  if (given === undefined) return false;
  return timingSafeEqual(Buffer.from(given, 'hex'), createHmac('sha256', appSecret).update(body).digest());
}
