import { createHmac, timingSafeEqual } from 'node:crypto';

/** Long enough for a program to work, short enough that a leaked one is soon worth nothing. */
export const jwtSeconds = 15 * 60;
const issuer = 'echosight';
/**
 * The only header that is written, and the only one that is read, compared as text: what a token says of its own algorithm is
 * never believed.
 */
const header = encode({ alg: 'HS256', typ: 'JWT' });
const longest = 1024;

/** What a token says: whom it stands for, and since which password. */
export interface JwtSubject {
  /** `user <id>` or `token <id>`. */
  sub: string;
  /** Of an account: `password_at`. */
  since: number;
}

/** A JWT (RFC 7519, HS256). @param now epoch ms */
export function writeJwt({ sub, since }: JwtSubject, key: Buffer, now: number): string {
  const iat = Math.floor(now / 1000);
  const signed = `${header}.${encode({ iss: issuer, sub, since, iat, exp: iat + jwtSeconds })}`;
  return `${signed}.${sign(signed, key).toString('base64url')}`;
}

/** What a JWT says; undefined for one that is not ours, was changed, or is over. */
export function readJwt(jwt: string, key: Buffer, now: number): JwtSubject | undefined {
  const [head = '', body = '', signature = '', ...rest] = jwt.length > longest ? [] : jwt.split('.');
  if (head !== header || rest.length > 0) return undefined;
  const given = Buffer.from(signature, 'base64url');
  const right = sign(`${head}.${body}`, key);
  if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
  const { iss, sub, since, exp } = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
  if (iss !== issuer || typeof sub !== 'string' || typeof since !== 'number' || typeof exp !== 'number')
    return undefined;
  return exp * 1000 > now ? { sub, since } : undefined;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function sign(text: string, key: Buffer): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
