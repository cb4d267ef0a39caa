import type { IncomingMessage } from 'node:http';
import type { Login } from '../api/login-caller.ts';
import type { NodeRed } from './node-red.ts';

/** A name that somebody else gives us stands in rows and messages. */
const longestName = 64;
/** Where login middleware leaves the name of the user. */
const nameFields = ['username', 'name', 'email', 'id'] as const;

/** What Node-RED's httpNodeAuth has found out before a request reaches us. */
export function loginOf({ settings }: NodeRed): Login {
  return {
    authenticated: () => Boolean(settings.httpNodeAuth),
    user: (request) => (settings.httpNodeAuth ? (nameIn(settings.httpNodeAuth) ?? nameOfUser(request)) : undefined),
  };
}

/** Name and password in the settings: who got through is this one. */
function nameIn(auth: unknown): string | undefined {
  return typeof auth === 'object' && auth !== null && 'user' in auth ? tidy(auth.user) : undefined;
}

/** Middleware of one's own, passport for one, sets `request.user`. */
function nameOfUser(request: IncomingMessage): string | undefined {
  const { user } = request as { user?: unknown };
  if (typeof user !== 'object' || user === null) return tidy(user);
  const fields = user as Readonly<Record<string, unknown>>;
  return nameFields.map((field) => tidy(fields[field])).find((name) => name !== undefined);
}

function tidy(name: unknown): string | undefined {
  if (typeof name !== 'string') return undefined;
  const text = name.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return text === '' ? undefined : text.slice(0, longestName);
}
