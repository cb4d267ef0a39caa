import type { IncomingMessage } from 'node:http';
import type { Access } from '../../access/access.ts';
import { tokenPrefix } from '../../access/api-tokens.ts';
import type { Caller } from '../../contracts/access.ts';
import {
  AccountView,
  LinkOwnerRequest,
  LinkRequest,
  LoginRequest,
  PasswordChange,
  type AccountAnswer,
} from '../../contracts/accounts.ts';
import type { Call, Handlers, OpenCall } from '../call.ts';
import { jsonBody } from '../json-body.ts';
import { listPage, pageParameters } from '../list-page.ts';
import { Parameters } from '../parameters.ts';
import { Problem } from '../problem.ts';
import { sendJson, sendText } from '../send.ts';
import { bearerOf, type Door } from './account-caller.ts';
import { accountProblem, bodyAs } from './account-problems.ts';
import { accountPage, accountPagePolicy } from './page/account-page.ts';
import { browserSession, endSessions } from './browser-session.ts';
import { deviceHeader, deviceIn, sessionHeaders } from './cookies.ts';

export interface AccountHost {
  /** Where accounts are; undefined while no site is open. */
  door(): Door | undefined;
  caller(request: IncomingMessage): Promise<Caller | undefined>;
}

/** Answers who logs in and out, and who changes their own account. */
export class AccountAnswers {
  readonly #host: AccountHost;
  readonly handlers = {
    readLoginPage: sendPage,
    readAccountPage: sendPage,
    readDoor: (call) => this.#door(call),
    logIn: (call) => this.#logIn(call),
    logOut: (call) => this.#logOut(call),
    register: (call) => this.#register(call),
    readLinkOwner: (call) => this.#linkOwner(call),
    useLink: (call) => this.#useLink(call),
    makeAccessToken: (call) => this.#accessToken(call),
    readAccount: (call) => this.#account(call),
    changePassword: (call) => this.#password(call),
    listSessions: (call) => this.#sessions(call),
    endSession: (call) => this.#endSession(call),
    endAllSessions: (call) => this.#endAllSessions(call),
    readView: (call) => this.#view(call),
    changeView: (call) => this.#changeView(call),
  } satisfies Partial<Handlers>;

  constructor(host: AccountHost) {
    this.#host = host;
  }

  async #door({ request, response }: OpenCall): Promise<void> {
    const door = this.#host.door();
    const accounts = (await door?.access.hasAccounts()) ?? false;
    sendJson(request, response, 200, { accounts, registration: accounts && door?.registration === true });
  }

  /** @throws Problem 401, 422, 429, 503 */
  async #logIn({ request, response }: OpenCall): Promise<void> {
    const asked = bodyAs(LoginRequest, await jsonBody(request), 'login');
    const access = this.#access();
    const device = access.isBegun ? deviceIn(request, await access.cookieTag()) : undefined;
    const agent = request.headers['user-agent'];
    const { cookie, caller } = await ask(() => access.login(asked, peerOf(request), agent, device));
    // The session of before was another one: its cookie is worth nothing any more.
    const old = await endSessions(access, request);
    const begun = sessionHeaders(request, await access.cookieTag(), { cookie, csrf: access.csrfToken(cookie) });
    const known = await deviceHeaders(access, request, caller.name);
    response.setHeader('Set-Cookie', [...old.slice(begun.length), ...begun, ...known]);
    sendJson(request, response, 200, await this.#answer(caller));
  }

  async #logOut({ request, response }: OpenCall): Promise<void> {
    const access = this.#host.door()?.access;
    if (access !== undefined) response.setHeader('Set-Cookie', await endSessions(access, request));
    response.writeHead(204).end();
  }

  /** @throws Problem 404, 422, 429, 503 */
  async #register({ request, response }: OpenCall): Promise<void> {
    const asked = bodyAs(LoginRequest, await jsonBody(request), 'registration');
    const door = this.#host.door();
    if (door?.registration !== true || !(await door.access.hasAccounts())) {
      throw new Problem(404, 'Accounts are made by an admin here.');
    }
    await ask(() => door.access.register(asked, peerOf(request)));
    response.writeHead(204).end();
  }

  /** @throws Problem 422 */
  async #linkOwner({ request, response }: OpenCall): Promise<void> {
    const { link } = bodyAs(LinkOwnerRequest, await jsonBody(request), 'link');
    const name = await ask(() => this.#access().whoseLink(link));
    sendJson(request, response, 200, name === undefined ? {} : { name });
  }

  /** @throws Problem 422, 503 */
  async #useLink({ request, response }: OpenCall): Promise<void> {
    const asked = bodyAs(LinkRequest, await jsonBody(request), 'link');
    const access = this.#access();
    const name = await ask(() => access.useLink(asked, peerOf(request)));
    response.setHeader('Set-Cookie', await deviceHeaders(access, request, name));
    sendJson(request, response, 200, { name });
  }

  /**
   * For name and password in the body, or for whoever asks. A JWT makes no other: a leaked one would last for ever.
   * @throws Problem 401, 403, 422, 429, 503
   */
  async #accessToken({ request, response }: OpenCall): Promise<void> {
    const access = this.#access();
    const hasBody = request.headers['content-type'] !== undefined;
    if (hasBody) {
      const asked = bodyAs(LoginRequest, await jsonBody(request), 'login');
      sendJson(request, response, 200, await ask(() => access.accessTokenByPassword(asked, peerOf(request))));
      return;
    }
    const caller = await this.#host.caller(request);
    if (caller === undefined) throw new Problem(401, 'Log in first.');
    const bearer = bearerOf(request);
    if (bearer !== undefined && !bearer.startsWith(tokenPrefix)) {
      throw new Problem(
        403,
        'An access token makes no other: ask with name and password, or with the token of a program.',
      );
    }
    sendJson(request, response, 200, await ask(() => access.accessToken(caller)));
  }

  async #account({ request, response, caller }: Call): Promise<void> {
    sendJson(request, response, 200, await this.#answer(caller));
  }

  /** @throws Problem 401, 403, 422, 429, 503 */
  async #password({ request, response, caller }: Call): Promise<void> {
    const asked = bodyAs(PasswordChange, await jsonBody(request), 'password');
    if (caller.how !== 'session') throw new Problem(403, 'Log in with your account to change its password.');
    const own = await this.#session(request);
    await ask(() => this.#access().changePassword(caller, asked, peerOf(request), own));
    response.writeHead(204).end();
  }

  async #sessions({ request, response, caller }: Call): Promise<void> {
    const all = await this.#access().sessionsOf(caller, await this.#session(request));
    const { rows: sessions, paging } = listPage(new Parameters(request.url, pageParameters), all);
    sendJson(request, response, 200, { sessions, ...paging });
  }

  async #endSession({ response, caller, parts: { session = '' } }: Call): Promise<void> {
    if (!(await this.#access().endSession(caller, session))) throw new Problem(404, 'There is no such login of yours.');
    response.writeHead(204).end();
  }

  async #endAllSessions({ request, response, caller }: Call): Promise<void> {
    const access = this.#access();
    sendJson(request, response, 200, { ended: await access.endSessionsOf(caller) });
  }

  async #view({ request, response, caller }: Call): Promise<void> {
    sendJson(request, response, 200, (await this.#host.door()?.access.view(caller)) ?? {});
  }

  /** @throws Problem 403, 422 */
  async #changeView({ request, response, caller }: Call): Promise<void> {
    const view = bodyAs(AccountView, await jsonBody(request), 'view');
    if (caller.account === undefined) throw new Problem(403, 'Only an account keeps what it wants to see.');
    await this.#access().setView(caller, view);
    sendJson(request, response, 200, view);
  }

  async #answer({ name, role, how, sources }: Caller): Promise<AccountAnswer> {
    const accounts = (await this.#host.door()?.access.hasAccounts()) ?? false;
    return { name, role, how, accounts, ...(sources === undefined ? {} : { sources: [...sources] }) };
  }

  /** The cookie of the session that asks. */
  async #session(request: IncomingMessage): Promise<string | undefined> {
    return (await browserSession(this.#access(), request))?.cookie;
  }

  #access(): Access {
    return openAccess(this.#host);
  }
}

function sendPage({ request, response }: OpenCall): void {
  response.setHeader('Content-Security-Policy', accountPagePolicy);
  response.setHeader('Referrer-Policy', 'no-referrer');
  sendText(request, response, 'text/html; charset=utf-8', accountPage);
}

async function deviceHeaders(access: Access, request: IncomingMessage, name: string): Promise<string[]> {
  const device = await access.deviceOf(name);
  return device === undefined ? [] : [deviceHeader(request, await access.cookieTag(), device)];
}

/** @throws Problem 503 while no site is open. */
export function openAccess(host: Pick<AccountHost, 'door'>): Access {
  const door = host.door();
  if (door === undefined) throw new Problem(503, 'No site is open.', { headers: { 'Retry-After': '5' } });
  return door.access;
}

/** @throws Problem instead of what accounts refuse. */
export async function ask<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw accountProblem(error);
  }
}

export function peerOf({ socket }: IncomingMessage): string {
  return socket.remoteAddress ?? '';
}
