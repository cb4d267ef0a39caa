/** An address without its user part, and what the user part said. */
export interface SplitAddress {
  address: string;
  username?: string;
  password?: string;
}

/** Scheme, user part, rest: first as the standard has it, then with a password that holds a bare `/`, `?` or `#`. */
const userParts = [
  /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)@(.*)$/is,
  /^([a-z][a-z0-9+.-]*:\/\/)([^/?#:@]+:(?!\d{1,5}[/?#]).*)@([^@]*)$/is,
];

/** Takes `user:password@` out of an address. What is not an address with a user part comes back as it was. */
export function splitAddress(typed: string): SplitAddress {
  const match = userParts.map((pattern) => pattern.exec(typed.trim())).find((found) => found !== null);
  if (match === undefined) return { address: typed };
  const [, scheme = '', user = '', rest = ''] = match;
  const colon = user.indexOf(':');
  const username = decode(colon === -1 ? user : user.slice(0, colon));
  return {
    address: scheme + rest,
    ...(username === '' ? {} : { username }),
    ...(colon === -1 ? {} : { password: decode(user.slice(colon + 1)) }),
  };
}

/** Cameras' passwords often hold a bare %, which is not an escape. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
