/** What people and programs may do, from the least to the most. */
export const roles = ['viewer', 'operator', 'admin'] as const;

/** viewer: looks and listens; operator: also reviews, arms and exports; admin: also accounts and settings. */
export type Role = (typeof roles)[number];

/** Who a request comes from. */
export interface Caller {
  /** As it stands in reviews, arming and the audit. */
  readonly name: string;
  readonly role: Role;
  /** A program of this machine, the login of Node-RED (httpNodeAuth), or one of our accounts by cookie or by token. */
  readonly how: 'local' | 'node-red' | 'session' | 'token';
  /** `<site>/<source>` of each source, or `<site>` of each site, that may be seen; absent: everything. */
  readonly sources?: readonly string[];
  /** Id of the account; absent where it is none of ours. */
  readonly account?: string;
}

/** What of everything a caller may see. */
export type Scope = Pick<Caller, 'sources'>;

/** Whether a role is enough for what needs another one. */
export function hasRole({ role }: Pick<Caller, 'role'>, needs: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needs);
}

/** Whether a caller may see what a source of a site shows. */
export function maySee({ sources }: Scope, site: string, source: string): boolean {
  return sources === undefined || sources.includes(site) || sources.includes(`${site}/${source}`);
}

/** Whether a caller may see what belongs to a site as a whole, such as its mode. */
export function maySeeSite({ sources }: Scope, site: string): boolean {
  return sources === undefined || sources.includes(site) || sources.some((key) => key.startsWith(`${site}/`));
}
