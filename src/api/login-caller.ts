import type { IncomingMessage } from 'node:http';
import type { Caller } from '../contracts/access.ts';
import { isLocal } from './peer.ts';
import { Problem } from './problem.ts';

/** What somebody before us (Node-RED's httpNodeAuth) has found out. */
export interface Login {
  /** Whether it has checked who asks. */
  authenticated(): boolean;
  /** Name of the login that a request came with. */
  user(request: IncomingMessage): string | undefined;
}

/**
 * Who asks, while there are no accounts: whoever has passed the login, else this machine.
 * @throws Problem 403 for others.
 */
export function callerByLogin(login: Login, request: IncomingMessage): Caller {
  const name = login.user(request) ?? 'local';
  if (login.authenticated()) return { name, role: 'admin', how: 'node-red' };
  if (isLocal(request)) return { name, role: 'admin', how: 'local' };
  throw new Problem(403, 'Without a login only this machine may use this. Set httpNodeAuth in the settings.');
}
