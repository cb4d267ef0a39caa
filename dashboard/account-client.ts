import type {
  AccountAnswer,
  AccountView,
  AuditPage,
  NewToken,
  NewUser,
  PasswordChange,
  SessionRecord,
  TokenRecord,
  TokenRequest,
  UserChange,
  UserLink,
  UserRecord,
  UserRequest,
} from '../src/contracts/accounts.ts';
import type { ApiClient } from './api-client.ts';

/** Which part of the audit is wanted. */
export interface AuditFilter {
  action: string;
  by: string;
}

/** Accounts, asked with the login that the browser has. Every call may throw an `ApiFailure`. */
export class AccountClient {
  readonly #api: Pick<ApiClient, 'send' | 'edit'>;

  constructor(api: Pick<ApiClient, 'send' | 'edit'>) {
    this.#api = api;
  }

  async me(): Promise<AccountAnswer> {
    return (await this.#api.send('GET', 'account')) as AccountAnswer;
  }

  async view(): Promise<AccountView> {
    return (await this.#api.send('GET', 'account/view')) as AccountView;
  }

  async setView(view: AccountView): Promise<void> {
    await this.#api.send('PUT', 'account/view', view);
  }

  async logOut(): Promise<void> {
    await this.#api.send('POST', 'logout');
  }

  async changePassword(change: PasswordChange): Promise<void> {
    await this.#api.send('POST', 'account/password', change);
  }

  async sessions(): Promise<SessionRecord[]> {
    return ((await this.#api.send('GET', 'account/sessions')) as { sessions: SessionRecord[] }).sessions;
  }

  async endSession(id: string): Promise<void> {
    await this.#api.send('DELETE', `account/sessions/${encodeURIComponent(id)}`);
  }

  async endAllSessions(): Promise<void> {
    await this.#api.send('DELETE', 'account/sessions');
  }

  async users(): Promise<UserRecord[]> {
    return ((await this.#api.send('GET', 'users')) as { users: UserRecord[] }).users;
  }

  async addUser(request: UserRequest): Promise<NewUser> {
    return (await this.#api.send('POST', 'users', request)) as NewUser;
  }

  /** An account as it stands now, and its tag. */
  async user(id: string): Promise<{ user: UserRecord; tag: string | undefined }> {
    const { answer, tag } = await this.#api.edit('GET', userPath(id));
    return { user: answer as UserRecord, tag };
  }

  /** @param seen tag of the account when it was read */
  async changeUser(id: string, change: UserChange, seen?: string): Promise<void> {
    await this.#api.edit('PUT', userPath(id), change, seen);
  }

  async removeUser(id: string): Promise<void> {
    await this.#api.send('DELETE', userPath(id));
  }

  async newLink(id: string): Promise<UserLink> {
    return (await this.#api.send('POST', `${userPath(id)}/link`)) as UserLink;
  }

  async tokens(): Promise<TokenRecord[]> {
    return ((await this.#api.send('GET', 'tokens')) as { tokens: TokenRecord[] }).tokens;
  }

  async makeToken(request: TokenRequest): Promise<NewToken> {
    return (await this.#api.send('POST', 'tokens', request)) as NewToken;
  }

  async revokeToken(id: string): Promise<void> {
    await this.#api.send('DELETE', `tokens/${encodeURIComponent(id)}`);
  }

  /** @param before `next` of the page before */
  async audit({ action, by }: AuditFilter, before?: number): Promise<AuditPage> {
    const query = new URLSearchParams({ limit: '20' });
    if (action !== '') query.set('action', action);
    if (by !== '') query.set('by', by);
    if (before !== undefined) query.set('before', String(before));
    return (await this.#api.send('GET', `audit?${query.toString()}`)) as AuditPage;
  }
}

function userPath(id: string): string {
  return `users/${encodeURIComponent(id)}`;
}
