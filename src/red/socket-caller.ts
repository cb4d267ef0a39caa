import type { IncomingMessage } from 'node:http';
import { callerAt } from '../api/access/account-caller.ts';
import type { Caller } from '../contracts/access.ts';
import { homeOfAccounts } from '../site/account-home.ts';
import { openSites } from '../site/registry.ts';

/** Where settings/security-settings.cjs finds it: that file is read before any node, and in another copy of the package. */
const key = Symbol.for('@echosight/node-red-sentinel caller');

/**
 * Lets the guard of Dashboard's socket and pages ask who comes. httpNodeAuth has not seen such a request, so its word counts for nothing
 * here.
 * @param place path of everything of ours on the server
 */
export function tellCallersOfSockets(place: string): void {
  const noLogin = { authenticated: () => false, user: () => undefined };
  const callerOf = (request: IncomingMessage): Promise<Caller | undefined> =>
    callerAt(homeOfAccounts(openSites()), noLogin, request);
  (globalThis as Record<symbol, unknown>)[key] = Object.assign(callerOf, { loginPage: `${place}/login` });
}
