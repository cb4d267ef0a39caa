import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { SentinelError } from '../../contracts/errors.ts';

/** The key with which a site signs what it keeps. */
export interface SigningKey {
  privateKey: KeyObject;
  publicKey: KeyObject;
}

const privateName = 'evidence-key.pem';
const publicName = 'evidence-key.pub.pem';

/**
 * The key of a data folder, made at the first time: a file that its owner alone can read, and the public half beside it.
 * @throws SentinelError ES_EVIDENCE_WRITE
 */
export function signingKey(folder: string): SigningKey {
  const file = join(folder, privateName);
  try {
    if (!existsSync(file)) makeKey(folder, file);
    const privateKey = createPrivateKey(readFileSync(file));
    return { privateKey, publicKey: createPublicKey(privateKey) };
  } catch (cause) {
    throw new SentinelError(
      'ES_EVIDENCE_WRITE',
      `The file ${privateName} of the data folder cannot be read or written.`,
      {
        hint: 'Put it back from a backup. Without it, delete it: a new key is made, and earlier seals are of another key.',
        cause,
      },
    );
  }
}

/** The public half of the key of a data folder; undefined when it has none yet. */
export function publicKeyOf(folder: string): KeyObject | undefined {
  const file = join(folder, publicName);
  return existsSync(file) ? createPublicKey(readFileSync(file)) : undefined;
}

/** What people compare: SHA-256 of the public key, hex. */
export function fingerprint(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

export function pemOf(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

/** Of two that make one at the same time the first counts, and nobody ever reads half of one. */
function makeKey(folder: string, file: string): void {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const draft = `${file}.${process.pid}.new`;
  writeThrough(draft, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 0o600);
  try {
    linkSync(draft, file);
    writeThrough(join(folder, publicName), pemOf(publicKey), 0o644);
  } catch (error) {
    if (!existsSync(file)) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function writeThrough(file: string, text: string, mode: number): void {
  const handle = openSync(file, 'w', mode);
  try {
    chmodSync(file, mode);
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
