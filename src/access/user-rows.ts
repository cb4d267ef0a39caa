import type { Selectable } from 'kysely';
import type { Role } from '../contracts/access.ts';
import type { TokenRecord, UserRecord } from '../contracts/accounts.ts';
import type { ApiTokenRow, UserRow } from '../database/tables.ts';

/** What an account or token lets see. */
export function scopeOf({ sources_json }: { sources_json: string | null }): { sources?: string[] } {
  return sources_json === null ? {} : { sources: JSON.parse(sources_json) as string[] };
}

export function sourcesJson(sources: readonly string[] | null | undefined): string | null {
  return sources === undefined || sources === null ? null : JSON.stringify(sources);
}

/** An account without its password. */
export function userRecord(row: Selectable<UserRow>): UserRecord {
  return {
    ...{ id: row.id, name: row.name, role: row.role as Role, ...scopeOf(row), disabled: row.disabled !== 0 },
    ...{ hasPassword: row.password !== null, createdAt: row.created_at },
    ...(row.logged_in_at === null ? {} : { loggedInAt: row.logged_in_at }),
  };
}

/** A token without its hash. */
export function tokenRecord(row: Selectable<ApiTokenRow>): TokenRecord {
  return {
    ...{ id: row.id, name: row.name, role: row.role as Role, ...scopeOf(row) },
    ...{ madeBy: row.made_by, createdAt: row.created_at },
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
    ...(row.used_at === null ? {} : { usedAt: row.used_at }),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
  };
}
