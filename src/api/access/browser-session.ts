import type { IncomingMessage } from 'node:http';
import type { Access } from '../../access/access.ts';
import type { Caller } from '../../contracts/access.ts';
import { sessionCookies, sessionHeaders } from './cookies.ts';

export interface BrowserSession {
  readonly cookie: string;
  readonly caller: Caller;
}

/** The session of a browser, if it has one of these accounts. */
export async function browserSession(access: Access, request: IncomingMessage): Promise<BrowserSession | undefined> {
  if (!access.isBegun || request.headers.cookie === undefined) return undefined;
  for (const { cookie } of sessionCookies(request, await access.cookieTag())) {
    const caller = await access.bySession(cookie);
    if (caller !== undefined) return { cookie, caller };
  }
  return undefined;
}

/** Ends what sessions a browser has here. @returns Set-Cookie headers that make it forget them, and keep those of a neighbour */
export async function endSessions(access: Access, request: IncomingMessage): Promise<string[]> {
  if (!access.isBegun) return [];
  const own = await access.cookieTag();
  const headers = sessionHeaders(request, own);
  for (const { tag, cookie } of sessionCookies(request, own)) {
    const wasOurs = await access.logout(cookie);
    if (wasOurs && tag !== own) headers.push(...sessionHeaders(request, tag));
  }
  return headers;
}
