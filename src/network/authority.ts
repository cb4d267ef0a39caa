/** What follows `://` in an address. */
export interface Authority {
  userinfo: string;
  host: string;
  port: string | undefined;
  path: string;
}

/**
 * Finds the host in what follows `://`. Cameras come with passwords that hold `@`, `/`, `#` or `?`, and people paste
 * them as they are: those are understood where only one reading makes sense. The editor reads addresses with it too.
 * @returns undefined where two readings make sense, or where what would be the password is surely not all of it
 */
export function splitAuthority(rest: string): Authority | undefined {
  let start = rest.search(/[/?#]/);
  if (start === -1) start = rest.length;
  const at = rest.indexOf('@', start);
  if (at !== -1) {
    const authority = rest.slice(0, start);
    const passwordGoesOn = /^[^:@[]*:(?!\d*$)[^@]*$/.test(authority) && at === rest.lastIndexOf('@');
    const hasNoPassword = !/[:@]/.test(authority.replace(/^\[[^\]]*\]/, ''));
    if (passwordGoesOn) {
      const after = rest.slice(at).search(/[/?#]/);
      start = after === -1 ? rest.length : at + after;
    } else if (!hasNoPassword) {
      return undefined;
    }
  }
  const authority = rest.slice(0, start);
  const end = authority.lastIndexOf('@');
  const userinfo = authority.slice(0, Math.max(0, end));
  const [, host = '', port] = /^(.*?)(?::([^:\]]*))?$/.exec(authority.slice(end + 1)) ?? [];
  if (userinfo !== '' && (host === '' || (port !== undefined && !/^\d+$/.test(port)))) return undefined;
  return { userinfo, host, port, path: rest.slice(start) };
}

/** User and password of a user part; absent where they are empty. */
export function loginIn(userinfo: string): { username?: string; password?: string } {
  if (userinfo === '') return {};
  const [username = '', ...others] = userinfo.split(':');
  const password = others.join(':');
  return { username: percentDecode(username), ...(password === '' ? {} : { password: percentDecode(password) }) };
}

/** Schemes that need no `//` behind them: what follows the colon is a name or a number, never a port. */
const namedSources = /^(?:sample|go2rtc|avfoundation|dshow):/i;

/** The host, with its port, that an address without a scheme begins with: `192.168.1.5`, `cam.local:554/live`. */
export function hostWithoutScheme(address: string): string | undefined {
  if (namedSources.test(address)) return undefined;
  return /^(?:(?:\d{1,3}\.){3}\d{1,3}$|[a-z0-9][\w.-]+:\d{1,5}(?=$|\/[^@]*$))/i.exec(address)?.[0];
}

/** A password with a lone % is not encoded at all: it stays as it is. */
function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
