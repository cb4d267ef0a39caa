import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
/** First byte of what is kept: whoever changes the form takes the next one. */
const form = 1;
const lengths = { form: 1, nonce: 12, tag: 16 } as const;
const head = lengths.form + lengths.nonce + lengths.tag;

/**
 * A secret as it may lie in the database.
 * @param key 32 bytes.
 * @param owner id of the row: a secret that is copied into another row cannot be read there.
 */
export function seal(secret: string, key: Uint8Array, owner: string): Buffer {
  const nonce = randomBytes(lengths.nonce);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: lengths.tag }).setAAD(Buffer.from(owner));
  const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return Buffer.concat([Buffer.of(form), nonce, cipher.getAuthTag(), sealed]);
}

/** What was sealed; undefined when it was sealed with another key or for another row, or was changed since. */
export function unseal(sealed: Uint8Array, key: Uint8Array, owner: string): string | undefined {
  if (sealed.length < head || sealed[0] !== form) return undefined;
  const nonce = sealed.subarray(lengths.form, lengths.form + lengths.nonce);
  const tag = sealed.subarray(lengths.form + lengths.nonce, head);
  const cipher = createDecipheriv(algorithm, key, nonce, { authTagLength: lengths.tag });
  cipher.setAAD(Buffer.from(owner)).setAuthTag(tag);
  try {
    return Buffer.concat([cipher.update(sealed.subarray(head)), cipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
