import { createHmac, randomBytes } from 'node:crypto';
import { sameText } from './secrets.ts';

const nonceBytes = 16;

/**
 * What a browser keeps of somebody who has logged in there once: whoever guesses elsewhere makes the account's owner wait nowhere that is
 * known. It opens nothing by itself.
 * @param account id
 * @param key that of the site
 * @returns `<random>.<HMAC over it and the account>`
 */
export function newDevice(account: string, key: Buffer): string {
  const nonce = randomBytes(nonceBytes).toString('base64url');
  return `${nonce}.${seal(nonce, account, key)}`;
}

export function isDeviceOf(device: string, account: string, key: Buffer): boolean {
  const [nonce = '', given = ''] = device.split('.', 2);
  return sameText(given, seal(nonce, account, key));
}

function seal(nonce: string, account: string, key: Buffer): string {
  return createHmac('sha256', key).update(`device ${nonce} ${account}`).digest('base64url');
}
