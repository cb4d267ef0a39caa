import type { IncomingMessage } from 'node:http';
import type { Access } from '../../access/access.ts';
import type { Caller } from '../../contracts/access.ts';
import { SentinelError } from '../../contracts/errors.ts';
import { callerByLogin, type Login } from '../login-caller.ts';
import { isLocal } from '../peer.ts';
import { Problem } from '../problem.ts';
import { browserSession } from './browser-session.ts';

/** Where accounts are, and what the site says about them. */
export interface Door {
  readonly access: Access;
  /** Whether anybody may make an account. */
  readonly registration: boolean;
  /** Whether people at this machine log in too. */
  readonly localLogin: boolean;
}

const reading: readonly unknown[] = ['GET', 'HEAD'];
const csrfHeader = 'x-csrf-token';
/** A page sends what it finds: that of a Node-RED beside this one is found, too. */
const mostTokens = 8;

/**
 * Who asks: by a token, by a session, by the login of Node-RED, or as this machine. While there are no accounts: as `callerByLogin`.
 * @returns undefined: nobody known.
 * @throws Problem 403, 503
 */
export async function callerAt(
  door: Door | undefined,
  login: Login,
  request: IncomingMessage,
): Promise<Caller | undefined> {
  if (!door?.access.isBegun) return callerByLogin(login, request);
  const atHome = isLocal(request) && !door.localLogin ? local(login, request) : undefined;
  try {
    return await known(door.access, login, request, atHome);
  } catch (error) {
    if (!(error instanceof SentinelError)) throw error;
    // Without the database nobody can be known, but whoever sits at this machine.
    if (atHome !== undefined) return atHome;
    const headers = { 'Retry-After': '10' };
    throw new Problem(503, 'Accounts cannot be read at present.', { cause: error, headers });
  }
}

async function known(
  access: Access,
  login: Login,
  request: IncomingMessage,
  atHome: Caller | undefined,
): Promise<Caller | undefined> {
  const bearer = bearerOf(request);
  // A wrong token is never made good by where it comes from.
  if (bearer !== undefined) return await access.byBearer(bearer);
  const session = await browserSession(access, request);
  if (session !== undefined) {
    assertOwnPage(access, request, session.cookie);
    return session.caller;
  }
  if (atHome !== undefined) return atHome;
  if (!(await access.hasAccounts())) return callerByLogin(login, request);
  const name = login.authenticated() ? login.user(request) : undefined;
  return name === undefined ? undefined : await access.byName(name);
}

function local(login: Login, request: IncomingMessage): Caller {
  return { name: login.user(request) ?? 'local', role: 'admin', how: 'local' };
}

/** Where httpNodeAuth wants the Authorization header for itself, a token comes as X-Api-Key. */
export function bearerOf({ headers }: IncomingMessage): string | undefined {
  const [, bearer] = /^bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  const key = headers['x-api-key'];
  return bearer ?? (typeof key === 'string' ? key : undefined);
}

/** A browser sends the cookie along with whatever a page begins; the tokens, only our own pages can read. @throws Problem 403 */
function assertOwnPage(access: Access, { method, headers }: IncomingMessage, cookie: string): void {
  if (reading.includes(method)) return;
  const given = headers[csrfHeader];
  const tokens = typeof given === 'string' ? given.split(',', mostTokens) : [];
  if (tokens.some((token) => access.isCsrfToken(token.trim(), cookie))) return;
  throw new Problem(403, 'Send the value of the cookie echosight-csrf-... as header X-CSRF-Token.');
}
