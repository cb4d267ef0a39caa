import type BetterSqlite3 from 'better-sqlite3';

/** Enough for every statement that comes often; lists of another length each are many. */
const mostKept = 200;
/** Statements for hundreds of rows are rare, and large. */
const longestKept = 20_000;

/** Prepares a statement once for as long as it comes often. */
export class StatementMemory {
  readonly #connection: BetterSqlite3.Database;
  readonly #statements = new Map<string, BetterSqlite3.Statement>();

  constructor(connection: BetterSqlite3.Database) {
    this.#connection = connection;
  }

  prepare(sql: string): BetterSqlite3.Statement {
    const known = this.#statements.get(sql);
    // The map is in the order of use: the first one was not wanted for longest.
    this.#statements.delete(sql);
    const statement = known ?? this.#connection.prepare(sql);
    if (sql.length <= longestKept) this.#statements.set(sql, statement);
    const [oldest] = this.#statements.keys();
    if (this.#statements.size > mostKept && oldest !== undefined) this.#statements.delete(oldest);
    return statement;
  }
}
