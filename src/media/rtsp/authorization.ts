import { createHash } from 'node:crypto';

/** User and password of a camera. */
export interface Credentials {
  username: string;
  password: string;
}

/** What of a request the answer to a challenge covers. */
export interface AuthorizedRequest {
  method: string;
  uri: string;
}

/**
 * The Authorization header that answers a server's challenges, Digest (RFC 2617: MD5, with and without qop=auth)
 * before Basic; undefined when it asks for something else.
 * @param clientNonce random text, for qop=auth
 */
export function answerChallenge(
  challenges: readonly string[],
  credentials: Credentials,
  request: AuthorizedRequest,
  clientNonce: string,
): string | undefined {
  const digest = challenges
    .filter((challenge) => /^digest\s/i.test(challenge))
    .map(fieldsOf)
    .find(({ algorithm = 'MD5' }) => algorithm.toUpperCase() === 'MD5');
  if (digest !== undefined) return digestAnswer(digest, credentials, request, clientNonce);
  if (!challenges.some((challenge) => /^basic\b/i.test(challenge))) return undefined;
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
}

/** `response` of RFC 2617 section 3.2.2; without `qop` the form of RFC 2069. */
export function digestResponse(
  { username, password }: Credentials,
  { method, uri }: AuthorizedRequest,
  { realm = '', nonce = '', qop, nc = '', cnonce = '' }: Readonly<Record<string, string>>,
): string {
  const middle = qop === undefined ? nonce : `${nonce}:${nc}:${cnonce}:${qop}`;
  return md5(`${md5(`${username}:${realm}:${password}`)}:${middle}:${md5(`${method}:${uri}`)}`);
}

/**
 * One field. A name is looked for only where a word begins, and names and blanks have bounds: hostile text costs
 * linear time.
 */
const field = /(?<!\w)(\w{1,32})\s{0,8}=\s{0,8}(?:"([^"]*)"|([^\s,]+))/g;

/** The `name="value"` fields of a challenge or answer, names in lower case. */
export function fieldsOf(header: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [, name = '', quoted, bare] of header.matchAll(field)) {
    fields[name.toLowerCase()] = quoted ?? bare ?? '';
  }
  return fields;
}

function digestAnswer(
  challenge: Readonly<Record<string, string>>,
  credentials: Credentials,
  request: AuthorizedRequest,
  cnonce: string,
): string {
  const { realm = '', nonce = '', opaque } = challenge;
  const protection = challenge.qop?.split(',').some((offer) => offer.trim() === 'auth') === true;
  const extra = protection ? { qop: 'auth', nc: '00000001', cnonce } : {};
  const response = digestResponse(credentials, request, { realm, nonce, ...extra });
  const username = credentials.username.replace(/["\\]/g, '\\$&');
  return [
    `Digest username="${username}", realm="${realm}", nonce="${nonce}", uri="${request.uri}", response="${response}"`,
    ...(opaque === undefined ? [] : [`opaque="${opaque}"`]),
    ...(protection ? [`qop=auth, nc=00000001, cnonce="${cnonce}"`] : []),
  ].join(', ');
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
