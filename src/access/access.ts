import { createHmac } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Caller, Role } from '../contracts/access.ts';
import type {
  AccessToken,
  AccountView,
  LinkRequest,
  LoginRequest,
  NewToken,
  PasswordChange,
  SessionRecord,
  TokenRecord,
  TokenRequest,
  UserChange,
  UserLink,
  UserRecord,
  UserRequest,
} from '../contracts/accounts.ts';
import { SentinelError } from '../contracts/errors.ts';
import type { Clock, Log } from '../contracts/ports.ts';
import type { Database } from '../database/database.ts';
import type { UserRow } from '../database/tables.ts';
import { AccountLinks, badLink } from './account-links.ts';
import { assertGoodPassword, nameKeyOf, tokenName } from './account-names.ts';
import { ApiTokens } from './api-tokens.ts';
import { AuditLog } from './audit-log.ts';
import { FirstLink } from './first-link.ts';
import { isDeviceOf, newDevice } from './known-devices.ts';
import { jwtSeconds, readJwt, writeJwt } from './json-web-token.ts';
import { LoginWaits } from './login-waits.ts';
import { Passwords } from './passwords.ts';
import { RecentCallers } from './recent-callers.ts';
import { hashOf, sameText } from './secrets.ts';
import { Sessions } from './sessions.ts';
import { SiteKey } from './site-key.ts';
import { scopeOf, userRecord } from './user-rows.ts';
import { Users } from './users.ts';

export interface AccessOptions {
  /** Data folder of the site. */
  folder: string;
  database: () => Promise<Database>;
  clock: Clock;
  log: Log;
  /** Cheaper ones for tests. */
  passwords?: Passwords;
}

type Account = Selectable<UserRow>;

const cookieTagLength = 8;

/** The accounts of a site: who may come in, and as what. Everything that reads or writes rejects with ES_DATABASE when it cannot. */
export class Access {
  readonly audit: AuditLog;
  readonly #clock: Clock;
  readonly #passwords: Passwords;
  readonly #key: SiteKey;
  readonly #users: Users;
  readonly #sessions: Sessions;
  readonly #tokens: ApiTokens;
  readonly #links: AccountLinks;
  readonly #waits: LoginWaits;
  readonly #first = new FirstLink();
  readonly #recent: RecentCallers;

  constructor({ folder, database, clock, log, passwords = new Passwords() }: AccessOptions) {
    this.#clock = clock;
    this.#passwords = passwords;
    this.#key = new SiteKey(folder);
    this.#users = new Users(database);
    this.#sessions = new Sessions(database);
    this.#tokens = new ApiTokens(database);
    this.#links = new AccountLinks(database);
    this.#waits = new LoginWaits(database);
    this.#recent = new RecentCallers(clock);
    this.audit = new AuditLog(database, log);
  }

  /** Whether there can be accounts; without one nothing of the database is needed to know that there is none. */
  get isBegun(): boolean {
    return this.#key.exists;
  }

  /** Whether there is any account. */
  async hasAccounts(): Promise<boolean> {
    return this.isBegun && (await this.#users.any());
  }

  /** A link for the first admin, good once within an hour. */
  firstLink(): string {
    return this.#first.make(this.#clock.monotonic());
  }

  /**
   * Logs in: a new session, whatever the browser brought along.
   * @param peer address of who asks.
   * @param agent what the browser calls itself.
   * @param device what `deviceOf` gave it: there, only its own failures count.
   * @returns the cookie.
   * @throws SentinelError ES_LOGIN with one and the same text for every reason; LoginWait; ES_BUSY
   */
  async login(
    request: LoginRequest,
    peer: string,
    agent?: string,
    device = '',
  ): Promise<{ cookie: string; caller: Caller }> {
    const user = await this.#check(request, peer, device);
    const cookie = await this.#sessions.begin(user.id, this.#clock.now(), agent);
    this.#note(user.name, 'session', 'login', peer);
    return { cookie, caller: callerOf(user, 'session') };
  }

  /** What the browser of somebody who has just shown who they are keeps for the next `login`. Undefined: there is no such account. */
  async deviceOf(name: string): Promise<string | undefined> {
    const user = await this.#users.byName(name);
    return user && newDevice(user.id, await this.#key.get());
  }

  /** Makes an account that may see nothing until an admin says what. @throws SentinelError ES_ACCOUNT; LoginWait; ES_BUSY */
  async register({ name, password }: LoginRequest, peer: string): Promise<void> {
    assertGoodPassword(password, name);
    await this.#waits.attempt('register', peer, this.#clock.now());
    const hash = await this.#passwords.hash(password);
    const user = await this.#users.add({ name, role: 'viewer', sources: [] }, this.#clock.now(), { password: hash });
    this.#note(user.name, 'nobody', 'user.register', peer);
  }

  /** @returns whether it was a session of ours */
  async logout(cookie: string): Promise<boolean> {
    const caller = await this.bySession(cookie);
    if (caller === undefined) return false;
    await this.#sessions.end(cookie);
    this.#recent.clear();
    this.#note(caller.name, 'session', 'logout');
    return true;
  }

  /** Tells the cookies of these accounts from those of another Node-RED at the same name. Made with the first account. */
  async cookieTag(): Promise<string> {
    return createHmac('sha256', await this.#key.get())
      .update('cookie')
      .digest('hex')
      .slice(0, cookieTagLength);
  }

  /** Where somebody is logged in, newest first. @param cookie the session that asks */
  async sessionsOf({ account = '' }: Caller, cookie?: string): Promise<SessionRecord[]> {
    return await this.#sessions.list(account, this.#clock.now(), cookie);
  }

  /** @returns whether there was such a session of the caller's */
  async endSession(caller: Caller, id: string): Promise<boolean> {
    const ended = await this.#sessions.endOf(caller.account ?? '', id);
    this.#recent.clear();
    if (ended > 0) this.#note(caller.name, caller.how, 'session.end');
    return ended > 0;
  }

  /** Logs somebody out everywhere. @returns how many sessions that were */
  async endSessionsOf(caller: Caller): Promise<number> {
    const ended = await this.#sessions.endOf(caller.account ?? '');
    this.#recent.clear();
    if (ended > 0) this.#note(caller.name, caller.how, 'session.end-all', `${ended}`);
    return ended;
  }

  /** Who has this cookie. */
  async bySession(cookie: string): Promise<Caller | undefined> {
    return await this.#recent.find(`session ${hashOf(cookie)}`, async () => {
      const user = await this.#sessions.find(cookie, this.#clock.now());
      return user && callerOf(user, 'session');
    });
  }

  /** What a page must send with every change, beside its cookie: only pages of this origin can read it. */
  csrfToken(cookie: string): string {
    return createHmac('sha256', cookie).update('csrf').digest('base64url');
  }

  isCsrfToken(given: string, cookie: string): boolean {
    return sameText(given, this.csrfToken(cookie));
  }

  /** Who has this API token or JWT. */
  async byBearer(bearer: string): Promise<Caller | undefined> {
    return await this.#recent.find(`bearer ${hashOf(bearer)}`, async () => {
      const now = this.#clock.now();
      const token = await this.#tokens.find(bearer, now);
      if (token !== undefined) return tokenCaller(token);
      if (!this.isBegun) return undefined;
      const jwt = readJwt(bearer, await this.#key.get(), now);
      const [kind, id = ''] = jwt?.sub.split(' ') ?? [];
      if (kind === 'token') {
        const found = await this.#tokens.byId(id, now);
        return found && tokenCaller(found);
      }
      const user = kind === 'user' ? await this.#users.byId(id) : undefined;
      return user?.disabled === 0 && user.password_at === jwt?.since ? callerOf(user, 'token') : undefined;
    });
  }

  /** The account of a name that somebody else has checked. */
  async byName(name: string): Promise<Caller | undefined> {
    return await this.#recent.find(`name ${nameKeyOf(name)}`, async () => {
      const user = await this.#users.byName(name);
      return user?.disabled === 0 ? callerOf(user, 'node-red') : undefined;
    });
  }

  /** A JWT of a caller who has an account or a token. @throws SentinelError ES_ACCOUNT for others. */
  async accessToken({ account, name, how }: Caller): Promise<AccessToken> {
    const now = this.#clock.now();
    const key = await this.#key.get();
    const user = account === undefined ? undefined : await this.#users.byId(account);
    const token = account === undefined || user !== undefined ? undefined : await this.#tokens.byId(account, now);
    const sub = user === undefined ? token && `token ${token.id}` : `user ${user.id}`;
    if (sub === undefined) throw new SentinelError('ES_ACCOUNT', 'Only accounts and tokens get an access token.');
    this.#note(name, how, 'token.jwt');
    const jwt = writeJwt({ sub, since: user?.password_at ?? 0 }, key, now);
    return { access_token: jwt, token_type: 'Bearer', expires_in: jwtSeconds };
  }

  /** As `accessToken`, for a program that has name and password. @throws as `login` */
  async accessTokenByPassword(request: LoginRequest, peer: string): Promise<AccessToken> {
    return await this.accessToken(callerOf(await this.#check(request, peer), 'token'));
  }

  /** Sets a new password; other sessions end. @throws SentinelError ES_LOGIN, ES_ACCOUNT; LoginWait; ES_BUSY */
  async changePassword(caller: Caller, change: PasswordChange, peer: string, cookie = ''): Promise<void> {
    const user = await this.#check({ name: caller.name, password: change.password }, peer);
    assertGoodPassword(change.newPassword, user.name);
    const hash = await this.#passwords.hash(change.newPassword);
    await this.#users.setPassword(user.id, hash, this.#clock.now(), hashOf(cookie));
    this.#recent.clear();
    this.#note(user.name, caller.how, 'password.change', user.name);
  }

  /** Whom a link is for; undefined for the first admin, who chooses a name. @throws SentinelError ES_ACCOUNT */
  async whoseLink(link: string): Promise<string | undefined> {
    if (this.#first.fits(link, this.#clock.monotonic())) return undefined;
    const id = await this.#links.find(link, this.#clock.now());
    const user = id === undefined ? undefined : await this.#users.byId(id);
    if (user === undefined) throw badLink();
    return user.name;
  }

  /** Sets the password of a link's account, or makes the first admin. @returns the name. @throws SentinelError ES_ACCOUNT, ES_BUSY */
  async useLink({ link, name = '', password }: LinkRequest, peer: string): Promise<string> {
    const owner = await this.whoseLink(link);
    assertGoodPassword(password, owner ?? name);
    const hash = await this.#passwords.hash(password);
    const now = this.#clock.now();
    if (owner !== undefined) {
      await this.#users.setPassword(await this.#links.use(link, now), hash, now);
      this.#recent.clear();
      this.#note(owner, 'nobody', 'password.link', peer);
      return owner;
    }
    const user = await this.#add({ name, role: 'admin' }, { password: hash, only: 'first' });
    this.#first.end();
    this.#note(user.name, 'nobody', 'user.first-admin', peer);
    return user.name;
  }

  async view({ account = '' }: Caller): Promise<AccountView | undefined> {
    const user = await this.#users.byId(account);
    return user && (JSON.parse(user.view_json) as AccountView);
  }

  async setView({ account = '' }: Caller, view: AccountView): Promise<void> {
    await this.#users.setView(account, view);
  }

  async users(): Promise<UserRecord[]> {
    return await this.#users.list();
  }

  /** The account of an id. */
  async user(id: string): Promise<UserRecord | undefined> {
    const user = await this.#users.byId(id);
    return user && userRecord(user);
  }

  /** Makes an account; its owner sets the password by the link. @throws SentinelError ES_ACCOUNT */
  async addUser(request: UserRequest, by: Caller | 'command'): Promise<UserRecord & UserLink> {
    const first = !(await this.hasAccounts());
    if (first && (request.role !== 'admin' || request.sources !== undefined)) {
      throw new SentinelError('ES_ACCOUNT', 'The first account is an admin who may see everything.');
    }
    const user = await this.#add(request);
    this.#noteBy(by, 'user.add', `${user.name} as ${user.role}`);
    return { ...userRecord(user), ...(await this.#links.make(user.id, this.#clock.now())) };
  }

  /** @returns undefined when there is none. @throws SentinelError ES_ACCOUNT */
  async changeUser(id: string, change: UserChange, by: Caller | 'command'): Promise<UserRecord | undefined> {
    const changed = await this.#users.change(id, change);
    this.#recent.clear();
    if (changed !== undefined) this.#noteBy(by, 'user.change', `${changed.name} ${JSON.stringify(change)}`);
    return changed;
  }

  /** @returns whether there was one. @throws SentinelError ES_ACCOUNT */
  async removeUser(id: string, by: Caller | 'command'): Promise<boolean> {
    const user = await this.#users.byId(id);
    const removed = await this.#users.remove(id);
    this.#recent.clear();
    if (removed) this.#noteBy(by, 'user.remove', user?.name ?? id);
    return removed;
  }

  /** A link with which somebody sets a new password; the old one counts until then. @returns undefined when there is none. */
  async resetUser(id: string, by: Caller | 'command'): Promise<UserLink | undefined> {
    const user = await this.#users.byId(id);
    if (user === undefined) return undefined;
    this.#noteBy(by, 'user.link', user.name);
    return await this.#links.make(id, this.#clock.now());
  }

  async tokens(): Promise<TokenRecord[]> {
    return await this.#tokens.list();
  }

  /** @throws SentinelError ES_ACCOUNT */
  async makeToken(request: TokenRequest, by: Caller): Promise<NewToken> {
    await this.#key.get();
    const made = await this.#tokens.make(request, by.name, this.#clock.now());
    this.#noteBy(by, 'token.make', `${made.name} as ${made.role}`);
    return made;
  }

  async revokeToken(id: string, by: Caller): Promise<TokenRecord | undefined> {
    const revoked = await this.#tokens.revoke(id, this.#clock.now());
    this.#recent.clear();
    if (revoked !== undefined) this.#noteBy(by, 'token.revoke', revoked.name);
    return revoked;
  }

  /** Writes down what was noted. */
  async close(): Promise<void> {
    await this.audit.settled();
  }

  async #add(request: UserRequest, more?: { password: string; only: 'first' }): Promise<Account> {
    // Without the key nobody would look for accounts.
    await this.#key.get();
    const user = await this.#users.add(request, this.#clock.now(), more);
    this.#recent.clear();
    return user;
  }

  /** The account of a name and its password. It takes as long, and says the same, whatever is wrong. */
  async #check({ name, password }: LoginRequest, peer: string, device = ''): Promise<Account> {
    const user = await this.#users.byName(name);
    const isKnown = device !== '' && user !== undefined && isDeviceOf(device, user.id, await this.#key.get());
    // Else whoever fails again and again, at an address that a proxy gives to all, keeps the owner out.
    const [what, where] = isKnown ? [device, `device ${hashOf(device)}`] : [nameKeyOf(name), peer];
    await this.#waits.attempt(what, where, this.#clock.now());
    const stored = user?.disabled === 0 ? user.password : null;
    const right = await this.#passwords.matches(password, stored);
    if (!right || user === undefined) {
      // What was typed as a name may be a password: it is written down only where it is a name.
      this.#note(user?.name ?? 'nobody', 'nobody', 'login.failed', peer);
      throw new SentinelError('ES_LOGIN', 'The name or the password is wrong.');
    }
    await this.#waits.succeeded(what, where);
    if (user.password !== null && this.#passwords.isOutdated(user.password)) {
      await this.#users.renewHash(user.id, user.password, await this.#passwords.hash(password));
    }
    return user;
  }

  #noteBy(by: Caller | 'command', action: string, subject?: string): void {
    if (by === 'command') this.#note('command', 'command', action, subject);
    else this.#note(by.name, by.how, action, subject);
  }

  #note(by: string, how: string, action: string, subject?: string): void {
    this.audit.note({ by, how, action, at: this.#clock.now(), ...(subject === undefined ? {} : { subject }) });
  }
}

function callerOf(user: Account, how: Caller['how']): Caller {
  return { name: user.name, role: user.role as Role, how, ...scopeOf(user), account: user.id };
}

function tokenCaller(token: TokenRecord): Caller {
  const { id, name, role, sources } = token;
  return { name: tokenName(name), role, how: 'token', ...(sources === undefined ? {} : { sources }), account: id };
}
