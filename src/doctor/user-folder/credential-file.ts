import { createDecipheriv, createHash } from 'node:crypto';

/** Credentials by node id. */
export type Credentials = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Reads what Node-RED stores: plain objects by node id, or `{"$": ...}`, which is AES-256-CTR under the SHA-256 of the
 * secret, the first 32 hexadecimal digits being its initial counter.
 * @param secrets Tried in this order.
 * @returns undefined when no secret fits.
 * @throws SyntaxError for a file that holds no JSON.
 */
export function readCredentials(text: string, secrets: readonly string[]): Credentials | undefined {
  const stored: unknown = text.trim() === '' ? {} : JSON.parse(text);
  if (!isObject(stored)) return undefined;
  const { $: encrypted } = stored;
  if (typeof encrypted !== 'string') return onlyTexts(stored);
  for (const secret of secrets) {
    const opened = decrypt(encrypted, secret);
    if (opened !== undefined) return opened;
  }
  return undefined;
}

function decrypt(encrypted: string, secret: string): Credentials | undefined {
  try {
    const key = createHash('sha256').update(secret).digest();
    const decipher = createDecipheriv('aes-256-ctr', key, Buffer.from(encrypted.slice(0, 32), 'hex'));
    const text = decipher.update(encrypted.slice(32), 'base64', 'utf8') + decipher.final('utf8');
    // A wrong key gives noise, which is no JSON.
    const opened: unknown = JSON.parse(text);
    return isObject(opened) ? onlyTexts(opened) : undefined;
  } catch {
    return undefined;
  }
}

function onlyTexts(stored: Record<string, unknown>): Credentials {
  return Object.fromEntries(
    Object.entries(stored).flatMap(([id, fields]) => {
      if (!isObject(fields)) return [];
      const texts = Object.entries(fields).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
      return [[id, Object.fromEntries(texts)]];
    }),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
