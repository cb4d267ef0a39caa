import { Type } from 'typebox';
import {
  AccessToken,
  AccountAnswer,
  AccountDoor,
  AccountView,
  AuditPage,
  LinkOwner,
  LinkOwnerRequest,
  LinkRequest,
  LoginRequest,
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
} from '../../contracts/accounts.ts';
import { ListQuery, listPaging } from '../../contracts/list-paging.ts';
import { NamedId, OpaqueId } from './parts.ts';
import type { Route } from './route.ts';

const reading = [400, 413, 415, 422] as const;
const nothing = { 204: { description: 'Done.' } } as const;

export const accountRoutes = {
  readLoginPage: {
    ...{ method: 'GET', path: '/login', group: 'Accounts', needs: 'nobody' },
    summary: 'The page where people log in, and where one-time links lead.',
    answers: { 200: { description: 'A page; `next` is the path to go on to.', type: 'text/html; charset=utf-8' } },
  },
  readAccountPage: {
    ...{ method: 'GET', path: '/account', group: 'Accounts', needs: 'nobody' },
    summary: 'The page of the own account, and for admins of all; it holds nothing itself.',
    answers: { 200: { description: 'A page.', type: 'text/html; charset=utf-8' } },
  },
  readDoor: {
    ...{ method: 'GET', path: '/api/v1/door', group: 'Accounts', needs: 'nobody' },
    summary: 'Whether there are accounts, and whether anybody may make one.',
    answers: { 200: { description: 'What a login page needs to know.', schema: AccountDoor } },
  },
  logIn: {
    ...{ method: 'POST', path: '/api/v1/login', group: 'Accounts', needs: 'nobody' },
    summary: 'Logs in: the answer sets the cookies of a new session.',
    body: { schema: LoginRequest },
    answers: { 200: { description: 'Who is logged in now.', schema: AccountAnswer } },
    problems: [...reading, 503],
  },
  logOut: {
    ...{ method: 'POST', path: '/api/v1/logout', group: 'Accounts', needs: 'nobody' },
    summary: 'Ends the session of this browser.',
    answers: nothing,
  },
  register: {
    ...{ method: 'POST', path: '/api/v1/register', group: 'Accounts', needs: 'nobody' },
    summary: 'Makes an account where the site allows it; it may see nothing until an admin says what.',
    body: { schema: LoginRequest },
    answers: nothing,
    problems: [...reading, 404, 503],
  },
  readLinkOwner: {
    ...{ method: 'POST', path: '/api/v1/account/link-owner', group: 'Accounts', needs: 'nobody' },
    summary: 'Whose one-time link it is; no name: that of the first admin, who chooses one.',
    body: { schema: LinkOwnerRequest },
    answers: { 200: { description: 'It is good.', schema: LinkOwner } },
    problems: [...reading, 503],
  },
  useLink: {
    ...{ method: 'POST', path: '/api/v1/account/link', group: 'Accounts', needs: 'nobody' },
    summary: 'Sets the password of a one-time link, or makes the first admin.',
    body: { schema: LinkRequest },
    answers: { 200: { description: 'Log in with it now.', schema: LinkOwner } },
    problems: [...reading, 503],
  },
  makeAccessToken: {
    ...{ method: 'POST', path: '/api/v1/token', group: 'Accounts', needs: 'nobody' },
    summary: 'A JWT for a quarter of an hour: for name and password, or for the token or session that asks.',
    body: { schema: LoginRequest, optional: true },
    answers: { 200: { description: 'A token for the header Authorization.', schema: AccessToken } },
    problems: [...reading, 503],
  },
  readAccount: {
    ...{ method: 'GET', path: '/api/v1/account', group: 'Accounts', needs: 'viewer' },
    summary: 'Who asks, and what they may.',
    answers: { 200: { description: 'The caller.', schema: AccountAnswer } },
  },
  changePassword: {
    ...{ method: 'POST', path: '/api/v1/account/password', group: 'Accounts', needs: 'viewer' },
    summary: 'Changes the own password; all other sessions end.',
    body: { schema: PasswordChange },
    answers: nothing,
    problems: [...reading, 503],
  },
  listSessions: {
    ...{ method: 'GET', path: '/api/v1/account/sessions', group: 'Accounts', needs: 'viewer' },
    summary: 'Where the own account is logged in.',
    query: ListQuery,
    answers: {
      200: {
        description: 'Newest first.',
        schema: Type.Object({ sessions: Type.Array(SessionRecord), ...listPaging }),
      },
    },
  },
  endSession: {
    ...{ method: 'DELETE', path: '/api/v1/account/sessions/{session}', group: 'Accounts', needs: 'viewer' },
    summary: 'Ends a login of the own account.',
    parts: { session: OpaqueId },
    answers: nothing,
    problems: [404],
  },
  endAllSessions: {
    ...{ method: 'DELETE', path: '/api/v1/account/sessions', group: 'Accounts', needs: 'viewer' },
    summary: 'Logs the own account out everywhere, here too.',
    answers: { 200: { description: 'How many logins have ended.', schema: Type.Object({ ended: Type.Integer() }) } },
  },
  readView: {
    ...{ method: 'GET', path: '/api/v1/account/view', group: 'Accounts', needs: 'viewer' },
    summary: 'What the caller wants to see: cameras, filters, notifications.',
    answers: { 200: { description: 'Empty where nothing was chosen.', schema: AccountView } },
  },
  changeView: {
    ...{ method: 'PUT', path: '/api/v1/account/view', group: 'Accounts', needs: 'viewer' },
    summary: 'Keeps what the caller wants to see.',
    body: { schema: AccountView },
    answers: { 200: { description: 'As it is kept.', schema: AccountView } },
    problems: reading,
  },
  listUsers: {
    ...{ method: 'GET', path: '/api/v1/users', group: 'Accounts', needs: 'admin' },
    summary: 'All accounts.',
    query: ListQuery,
    answers: {
      200: { description: 'By name.', schema: Type.Object({ users: Type.Array(UserRecord), ...listPaging }) },
    },
  },
  readUser: {
    ...{ method: 'GET', path: '/api/v1/users/{user}', group: 'Accounts', needs: 'admin' },
    summary: 'One account.',
    parts: { user: NamedId },
    answers: { 200: { description: 'As it is now.', schema: UserRecord } },
    problems: [404],
  },
  addUser: {
    ...{ method: 'POST', path: '/api/v1/users', group: 'Accounts', needs: 'admin' },
    summary: 'Makes an account; its owner sets the password by the one-time link of the answer.',
    body: { schema: UserRequest },
    answers: { 201: { description: 'The account, and the link, which is shown once.', schema: NewUser } },
    problems: reading,
  },
  changeUser: {
    ...{ method: 'PUT', path: '/api/v1/users/{user}', group: 'Accounts', needs: 'admin' },
    summary: 'Changes role or scope of an account, or disables it.',
    parts: { user: NamedId },
    body: { schema: UserChange },
    answers: { 200: { description: 'As it is now.', schema: UserRecord } },
    problems: [...reading, 404],
    guarded: true,
  },
  removeUser: {
    ...{ method: 'DELETE', path: '/api/v1/users/{user}', group: 'Accounts', needs: 'admin' },
    summary: 'Removes an account; what it did stays in the audit.',
    parts: { user: NamedId },
    answers: nothing,
    problems: [404, 422],
    guarded: true,
  },
  makeUserLink: {
    ...{ method: 'POST', path: '/api/v1/users/{user}/link', group: 'Accounts', needs: 'admin' },
    summary: 'A one-time link with which the owner of an account sets a new password.',
    parts: { user: NamedId },
    answers: { 201: { description: 'Shown once.', schema: UserLink } },
    problems: [404],
  },
  listTokens: {
    ...{ method: 'GET', path: '/api/v1/tokens', group: 'Accounts', needs: 'admin' },
    summary: 'Tokens of programs, without their secrets.',
    query: ListQuery,
    answers: {
      200: { description: 'Newest first.', schema: Type.Object({ tokens: Type.Array(TokenRecord), ...listPaging }) },
    },
  },
  makeToken: {
    ...{ method: 'POST', path: '/api/v1/tokens', group: 'Accounts', needs: 'admin' },
    summary: 'Makes a token for a program.',
    body: { schema: TokenRequest },
    answers: { 201: { description: 'The only answer that holds the token.', schema: NewToken } },
    problems: reading,
  },
  revokeToken: {
    ...{ method: 'DELETE', path: '/api/v1/tokens/{token}', group: 'Accounts', needs: 'admin' },
    summary: 'Takes a token back.',
    parts: { token: NamedId },
    answers: { 200: { description: 'As it is now.', schema: TokenRecord } },
    problems: [404],
  },
  listAudit: {
    ...{ method: 'GET', path: '/api/v1/audit', group: 'Accounts', needs: 'admin' },
    summary: 'Who did what, newest first.',
    query: Type.Object({
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
      before: Type.Optional(Type.Integer({ minimum: 0, description: '`next` of the page before.' })),
      action: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
      by: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
    }),
    answers: { 200: { description: 'One page.', schema: AuditPage } },
    problems: [400],
  },
} as const satisfies Record<string, Route>;
