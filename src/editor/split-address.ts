import { loginIn, splitAuthority } from '../network/authority.ts';

/** An address without its user part, and what the user part said. */
export interface SplitAddress {
  address: string;
  username?: string;
  password?: string;
}

/**
 * Takes `user:password@` out of an address, by the reading of the runtime. What is no URL with a user part comes back
 * as it was.
 * @returns undefined when it is not clear where the password ends
 */
export function splitAddress(typed: string): SplitAddress | undefined {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/)(.*)$/is.exec(typed.trim()) ?? [];
  const parts = splitAuthority(rest);
  if (parts === undefined) return undefined;
  const { userinfo, host, port, path } = parts;
  if (userinfo === '') return { address: typed };
  const { username = '', password } = loginIn(userinfo);
  return {
    address: `${scheme}${host}${port === undefined ? '' : `:${port}`}${path}`,
    ...(username === '' ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}
