import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

/**
 * `__Host-` keeps pages of a neighbouring name from setting it; browsers allow it over TLS only. Strict: our cookie goes with nothing that
 * another site begins. The pages themselves hold nothing: what they show they fetch, and that is the same site.
 */
const names = {
  session: { plain: 'echosight', secure: '__Host-echosight' },
  /** Read by our pages, and sent back with every change. */
  csrf: { plain: 'echosight-csrf', secure: '__Host-echosight-csrf' },
} as const;
/** Longest that a session may be; the server ends it earlier when nobody uses it. */
const maxAgeSeconds = 30 * 24 * 3600;
const longestCookie = 100;

/** The session that a browser says it has. */
export function sessionCookie(request: IncomingMessage): string | undefined {
  const wanted = byTls(request) ? names.session.secure : names.session.plain;
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [name = '', value = ''] = pair.trim().split('=', 2);
    if (name === wanted && value !== '' && value.length <= longestCookie) return value;
  }
  return undefined;
}

/** Set-Cookie headers of a login, or of a logout where there is no session. */
export function sessionHeaders(request: IncomingMessage, session?: { cookie: string; csrf: string }): string[] {
  const kind = byTls(request) ? 'secure' : 'plain';
  const age = `Max-Age=${session === undefined ? 0 : maxAgeSeconds}`;
  const common = ['Path=/', age, 'SameSite=Strict', ...(kind === 'secure' ? ['Secure'] : [])].join('; ');
  return [
    `${names.session[kind]}=${session?.cookie ?? ''}; ${common}; HttpOnly`,
    `${names.csrf[kind]}=${session?.csrf ?? ''}; ${common}`,
  ];
}

/** A proxy's word is enough here: it decides only that the cookie goes by TLS alone. */
function byTls({ socket, headers }: IncomingMessage): boolean {
  return (socket as Partial<TLSSocket>).encrypted === true || headers['x-forwarded-proto'] === 'https';
}
