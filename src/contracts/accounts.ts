import { Type, type Static } from 'typebox';
import { roles } from './access.ts';
import { reviewStates } from './review-states.ts';

/** Shortest password: length is what makes a password strong. */
export const passwordLength = { least: 10, most: 256 } as const;
export const longestAccountName = 64;
/** Most sources that one account or token names. */
const mostSources = 200;

const closed = { additionalProperties: false } as const;
const AccountName = Type.String({ minLength: 1, maxLength: longestAccountName });
const Password = Type.String({ minLength: 1, maxLength: passwordLength.most });
const epochMs = (description: string) => Type.Number({ description: `${description}, in epoch ms.` });

export const RoleName = Type.Enum([...roles], {
  description: 'viewer looks and listens; operator also reviews, arms and exports; admin also changes accounts.',
});
export const Sources = Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
  maxItems: mostSources,
  description: '`<site>` or `<site>/<source>` of what may be seen; without it everything.',
});

export const LoginRequest = Type.Object({ name: AccountName, password: Password }, closed);
export type LoginRequest = Static<typeof LoginRequest>;

export const PasswordChange = Type.Object({ password: Password, newPassword: Password }, closed);
export type PasswordChange = Static<typeof PasswordChange>;

/** A one-time link: `link` is what stands behind the # of its address. The first admin also says its name. */
export const LinkRequest = Type.Object(
  { link: Type.String({ minLength: 1, maxLength: 100 }), name: Type.Optional(AccountName), password: Password },
  closed,
);
export type LinkRequest = Static<typeof LinkRequest>;

/** What a login page needs to know before anybody is known. */
export const AccountDoor = Type.Object({
  accounts: Type.Boolean({ description: 'Whether there is any account.' }),
  registration: Type.Boolean({ description: 'Whether anybody may make one.' }),
});
export type AccountDoor = Static<typeof AccountDoor>;

export const LinkOwnerRequest = Type.Object({ link: Type.String({ minLength: 1, maxLength: 100 }) }, closed);
export const LinkOwner = Type.Object({ name: Type.Optional(Type.String()) });

/** What the owner of an account wants to see; small. */
export const AccountView = Type.Object(
  {
    cameras: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
        maxItems: mostSources,
        description: '`<site>/<source>` of the cameras on the first page, in this order; without it all.',
      }),
    ),
    filters: Type.Optional(
      Type.Object(
        {
          minimumSeverity: Type.Optional(Type.Integer({ minimum: 0, maximum: 3 })),
          site: Type.Optional(Type.String({ maxLength: 200 })),
          area: Type.Optional(Type.String({ maxLength: 200 })),
          source: Type.Optional(Type.String({ maxLength: 200 })),
          state: Type.Optional(Type.Enum(['open', 'unreviewed'])),
          review: Type.Optional(Type.Enum([...reviewStates])),
        },
        closed,
      ),
    ),
    notifications: Type.Optional(
      Type.Object(
        {
          minimumSeverity: Type.Integer({ minimum: 0, maximum: 3 }),
          sound: Type.Boolean({ description: 'Whether the page makes a sound.' }),
          desktop: Type.Optional(Type.Boolean({ description: 'Whether the browser shows a notification.' })),
        },
        closed,
      ),
    ),
    language: Type.Optional(
      Type.Enum(['en', 'de'], { description: 'Of the dashboard; without it that of the browser.' }),
    ),
  },
  closed,
);
export type AccountView = Static<typeof AccountView>;

/** Where somebody is logged in; never the secret of the cookie. */
export const SessionRecord = Type.Object({
  id: Type.String(),
  createdAt: epochMs('When somebody logged in'),
  usedAt: epochMs('When it was last used, to the minute'),
  agent: Type.Optional(Type.String({ description: 'What the browser calls itself.' })),
  current: Type.Boolean({ description: 'Whether it is the one that asks.' }),
});
export type SessionRecord = Static<typeof SessionRecord>;

/** Who asks. */
export const AccountAnswer = Type.Object({
  name: Type.String(),
  role: RoleName,
  how: Type.Enum(['local', 'node-red', 'session', 'token']),
  sources: Type.Optional(Sources),
  accounts: Type.Boolean({ description: 'Whether there is any account.' }),
});
export type AccountAnswer = Static<typeof AccountAnswer>;

/** An account as admins see it. */
export const UserRecord = Type.Object({
  id: Type.String(),
  name: Type.String(),
  role: RoleName,
  sources: Type.Optional(Sources),
  disabled: Type.Boolean(),
  hasPassword: Type.Boolean({ description: 'false until the one-time link was used.' }),
  createdAt: epochMs('When it was made'),
  loggedInAt: Type.Optional(epochMs('When somebody last logged in')),
  seenAt: Type.Optional(epochMs('When a browser that is logged in was last used, to the minute')),
});
export type UserRecord = Static<typeof UserRecord>;

export const UserRequest = Type.Object({ name: AccountName, role: RoleName, sources: Type.Optional(Sources) }, closed);
export type UserRequest = Static<typeof UserRequest>;

/** What changes of an account; `sources` null: everything may be seen. */
export const UserChange = Type.Object(
  {
    role: Type.Optional(RoleName),
    sources: Type.Optional(Type.Union([Sources, Type.Null()])),
    disabled: Type.Optional(Type.Boolean()),
  },
  closed,
);
export type UserChange = Static<typeof UserChange>;

/** The secret of a one-time link, shown once. */
export const UserLink = Type.Object({ link: Type.String(), expiresAt: epochMs('When it ends') });
export type UserLink = Static<typeof UserLink>;

/** A new account, and its link. */
export const NewUser = Type.Object({ ...UserRecord.properties, ...UserLink.properties });
export type NewUser = Static<typeof NewUser>;

export const TokenRequest = Type.Object(
  {
    name: AccountName,
    role: RoleName,
    sources: Type.Optional(Sources),
    expiresInDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 3650 })),
  },
  closed,
);
export type TokenRequest = Static<typeof TokenRequest>;

/** A token as admins see it; never its secret. */
export const TokenRecord = Type.Object({
  id: Type.String(),
  name: Type.String(),
  role: RoleName,
  sources: Type.Optional(Sources),
  madeBy: Type.String(),
  createdAt: epochMs('When it was made'),
  expiresAt: Type.Optional(epochMs('When it ends')),
  usedAt: Type.Optional(epochMs('When it was last used, to the minute')),
  revokedAt: Type.Optional(epochMs('When it was taken back')),
});
export type TokenRecord = Static<typeof TokenRecord>;

/** The only answer that holds the token. */
export const NewToken = Type.Object({ ...TokenRecord.properties, token: Type.String() });
export type NewToken = Static<typeof NewToken>;

/** A JWT for programs (RFC 6750). */
export const AccessToken = Type.Object({
  access_token: Type.String(),
  token_type: Type.Literal('Bearer'),
  expires_in: Type.Integer({ description: 'Seconds.' }),
});
export type AccessToken = Static<typeof AccessToken>;

export const AuditEntry = Type.Object({
  seq: Type.Integer(),
  at: epochMs('When'),
  by: Type.String(),
  how: Type.String(),
  action: Type.String(),
  subject: Type.Optional(Type.String()),
});
export type AuditEntry = Static<typeof AuditEntry>;

/** Newest first. */
export const AuditPage = Type.Object({
  entries: Type.Array(AuditEntry),
  next: Type.Optional(Type.Integer({ description: '`before` of the next page; absent on the last one.' })),
});
export type AuditPage = Static<typeof AuditPage>;
