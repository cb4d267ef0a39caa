import type BetterSqlite3 from 'better-sqlite3';
import type { AuditNote } from '../contracts/ports.ts';

/** As `Audit.note`, for a command beside a running Node-RED. @throws Error of SQLite */
export function noteBeside(connection: BetterSqlite3.Database, { at, by, how, action, subject }: AuditNote): void {
  connection
    .prepare('INSERT INTO audit (at, "by", how, action, subject) VALUES (?, ?, ?, ?, ?)')
    .run(at, by, how, action, subject ?? null);
}
