import { timingSafeEqual } from 'node:crypto';
import { digestResponse, fieldsOf, type Credentials } from '../rtsp/authorization.ts';

/** Who may play: nobody is asked without credentials. */
export interface Access {
  credentials?: Credentials;
  scheme: 'basic' | 'digest';
}

const realm = 'EchoSight';

/** The challenge of a 401. */
export function challengeOf({ scheme }: Access, nonce: string): string {
  return scheme === 'basic' ? `Basic realm="${realm}"` : `Digest realm="${realm}", nonce="${nonce}"`;
}

/** Whether a request may pass: no credentials are set, or its Authorization header answers our challenge. */
export function mayPass(access: Access, method: string, authorization: string | undefined, nonce: string): boolean {
  const { credentials, scheme } = access;
  if (credentials === undefined) return true;
  if (authorization === undefined) return false;
  if (scheme === 'basic') {
    const expected = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64');
    return same(authorization, `Basic ${expected}`);
  }
  const answer = fieldsOf(authorization.replace(/^Digest\s+/i, ''));
  const fits = answer.username === credentials.username && answer.nonce === nonce && answer.realm === realm;
  const { uri = '', response = '' } = answer;
  return fits && same(response, digestResponse(credentials, { method, uri }, answer));
}

function same(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
