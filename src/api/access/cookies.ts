import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

/**
 * `__Host-` keeps pages of a neighbouring name from setting it; browsers allow it over TLS only. Strict: our cookie goes with nothing that
 * another site begins. The pages themselves hold nothing: what they show they fetch, and that is the same site.
 */
const prefixes = { plain: 'echosight', secure: '__Host-echosight' } as const;
/** Longest that a session may be; the server ends it earlier when nobody uses it. */
const maxAgeSeconds = 30 * 24 * 3600;
const longestCookie = 100;

/** The cookies of a browser that may be sessions of the accounts with this tag: that of their name, and that of before tags. */
export function sessionCookies(request: IncomingMessage, tag: string): { tag: string; cookie: string }[] {
  return [tag, ''].flatMap((one) => {
    const cookie = valueOf(request, prefixes[kindOf(request)] + ending(one));
    return cookie === undefined ? [] : [{ tag: one, cookie }];
  });
}

/**
 * Set-Cookie headers of a login, or of a logout where there is no session. Browsers send a cookie to every port of a host: the tag keeps
 * two Node-REDs of one machine from overwriting each other's.
 * @param tag empty: the names of before tags
 */
export function sessionHeaders(
  request: IncomingMessage,
  tag: string,
  session?: { cookie: string; csrf: string },
): string[] {
  const kind = kindOf(request);
  const age = `Max-Age=${session === undefined ? 0 : maxAgeSeconds}`;
  const common = ['Path=/', age, 'SameSite=Strict', ...(kind === 'secure' ? ['Secure'] : [])].join('; ');
  return [
    `${prefixes[kind]}${ending(tag)}=${session?.cookie ?? ''}; ${common}; HttpOnly`,
    // Read by our pages, and sent back with every change.
    `${prefixes[kind]}-csrf${ending(tag)}=${session?.csrf ?? ''}; ${common}`,
  ];
}

const deviceName = { plain: 'echosight_device', secure: '__Host-echosight_device' } as const;
const deviceSeconds = 365 * 24 * 3600;

/** What a browser keeps of a login here (`Access.deviceOf`), also after the logout. */
export function deviceIn(request: IncomingMessage, tag: string): string | undefined {
  return valueOf(request, deviceName[kindOf(request)] + ending(tag));
}

/** Set-Cookie header with which it does. */
export function deviceHeader(request: IncomingMessage, tag: string, device: string): string {
  const kind = kindOf(request);
  const more = kind === 'secure' ? '; Secure' : '';
  return `${deviceName[kind]}${ending(tag)}=${device}; Path=/; Max-Age=${deviceSeconds}; SameSite=Strict${more}; HttpOnly`;
}

function ending(tag: string): string {
  return tag === '' ? '' : `-${tag}`;
}

function valueOf({ headers }: IncomingMessage, wanted: string): string | undefined {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const [name = '', value = ''] = pair.trim().split('=', 2);
    if (name === wanted && value !== '' && value.length <= longestCookie) return value;
  }
  return undefined;
}

/** A proxy's word is enough here: it decides only that the cookie goes by TLS alone. */
function kindOf({ socket, headers }: IncomingMessage): keyof typeof prefixes {
  const byTls = (socket as Partial<TLSSocket>).encrypted === true || headers['x-forwarded-proto'] === 'https';
  return byTls ? 'secure' : 'plain';
}
