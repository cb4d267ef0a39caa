import type { Caller } from '../../contracts/access.ts';
import { TokenRequest, UserChange, UserRequest, type UserRecord } from '../../contracts/accounts.ts';
import type { Call, Handlers } from '../call.ts';
import { assertUnchanged, EditTurns } from '../edits.ts';
import { jsonBody } from '../json-body.ts';
import { listPage, pageParameters } from '../list-page.ts';
import { Parameters } from '../parameters.ts';
import { Problem } from '../problem.ts';
import { sendJson } from '../send.ts';
import { ask, openAccess, type AccountHost } from './account-answers.ts';
import { bodyAs } from './account-problems.ts';

const auditPage = { usual: 100, most: 500 } as const;
const longestName = 64;

/** Answers admins: accounts, tokens of programs, and who did what. */
export class UserAnswers {
  readonly #host: Pick<AccountHost, 'door'>;
  readonly #edits = new EditTurns();
  readonly handlers = {
    listUsers: (call) => this.#list(call),
    readUser: (call) => this.#read(call),
    addUser: (call) => this.#add(call),
    changeUser: (call) => this.#change(call),
    removeUser: (call) => this.#remove(call),
    makeUserLink: (call) => this.#link(call),
    listTokens: (call) => this.#tokens(call),
    makeToken: (call) => this.#makeToken(call),
    revokeToken: (call) => this.#revokeToken(call),
    listAudit: (call) => this.#audit(call),
  } satisfies Partial<Handlers>;

  constructor(host: Pick<AccountHost, 'door'>) {
    this.#host = host;
  }

  async #list({ request, response, caller }: Call): Promise<void> {
    const given = new Parameters(request.url, pageParameters);
    const { rows: users, paging } = listPage(given, await this.#access(caller).users());
    sendJson(request, response, 200, { users, ...paging });
  }

  /** @throws Problem 403, 404 */
  async #read({ request, response, caller, parts: { user = '' } }: Call): Promise<void> {
    const found = await this.#access(caller).user(user);
    if (found === undefined) throw noAccount();
    sendJson(request, response, 200, found, editedOf(found));
  }

  /** @throws Problem 403, 422 */
  async #add({ request, response, caller }: Call): Promise<void> {
    const access = this.#access(caller);
    const asked = bodyAs(UserRequest, await jsonBody(request), 'account');
    sendJson(request, response, 201, await ask(() => access.addUser(asked, caller)));
  }

  /** @throws Problem 403, 404, 412, 422 */
  async #change(call: Call): Promise<void> {
    const { request, response, caller } = call;
    const access = this.#access(caller);
    const asked = bodyAs(UserChange, await jsonBody(request), 'change of an account');
    const changed = await this.#edit(call, (user) => access.changeUser(user, asked, caller));
    if (changed === undefined) throw noAccount();
    sendJson(request, response, 200, changed, editedOf(changed));
  }

  /** @throws Problem 403, 404, 412, 422 */
  async #remove(call: Call): Promise<void> {
    const access = this.#access(call.caller);
    const removed = await this.#edit(call, (user) => access.removeUser(user, call.caller));
    if (!removed) throw noAccount();
    call.response.writeHead(204).end();
  }

  /** Changes an account while nobody else does. @throws Problem 403, 404, 412, 422 */
  async #edit<T>({ request, caller, parts: { user = '' } }: Call, change: (user: string) => Promise<T>): Promise<T> {
    const access = this.#access(caller);
    return await this.#edits.take(user, async () => {
      const found = await access.user(user);
      if (found === undefined) throw noAccount();
      assertUnchanged(request, editedOf(found));
      return await ask(() => change(user));
    });
  }

  /** @throws Problem 403, 404 */
  async #link({ request, response, caller, parts: { user = '' } }: Call): Promise<void> {
    const link = await this.#access(caller).resetUser(user, caller);
    if (link === undefined) throw noAccount();
    sendJson(request, response, 201, link);
  }

  async #tokens({ request, response, caller }: Call): Promise<void> {
    const given = new Parameters(request.url, pageParameters);
    const { rows: tokens, paging } = listPage(given, await this.#access(caller).tokens());
    sendJson(request, response, 200, { tokens, ...paging });
  }

  /** @throws Problem 403, 422 */
  async #makeToken({ request, response, caller }: Call): Promise<void> {
    const access = this.#access(caller);
    const asked = bodyAs(TokenRequest, await jsonBody(request), 'token');
    sendJson(request, response, 201, await ask(() => access.makeToken(asked, caller)));
  }

  /** @throws Problem 403, 404 */
  async #revokeToken({ request, response, caller, parts: { token = '' } }: Call): Promise<void> {
    const revoked = await this.#access(caller).revokeToken(token, caller);
    if (revoked === undefined) throw new Problem(404, 'There is no such token that counts.');
    sendJson(request, response, 200, revoked);
  }

  /** @throws Problem 400, 403 */
  async #audit({ request, response, caller }: Call): Promise<void> {
    const given = new Parameters(request.url, ['limit', 'before', 'action', 'by']);
    const limit = given.integer('limit', 1, auditPage.most) ?? auditPage.usual;
    const before = given.integer('before', 0, Number.MAX_SAFE_INTEGER);
    const [action, by] = [given.text('action', longestName), given.text('by', 2 * longestName)];
    const filter = { ...(action === undefined ? {} : { action }), ...(by === undefined ? {} : { by }) };
    sendJson(request, response, 200, await this.#access(caller).audit.page(limit, before, filter));
  }

  /** Who may not see everything cannot give it to others. @throws Problem 403, 503 */
  #access({ sources }: Caller) {
    if (sources !== undefined) throw new Problem(403, 'This needs an admin who may see everything.');
    return openAccess(this.#host);
  }
}

/** What admins edit of it; that somebody logs in is no edit. */
function editedOf({ name, role, sources, disabled }: UserRecord): unknown {
  return { name, role, sources, disabled };
}

function noAccount(): Problem {
  return new Problem(404, 'There is no such account.');
}
