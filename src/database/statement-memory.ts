import type BetterSqlite3 from 'better-sqlite3';

/** Enough for every statement that comes often; lists of another length each are many. */
const mostKept = 200;
/** Statements for hundreds of rows are rare, and large. */
const longestKept = 20_000;

/** A statement, and the names of what it returns; none for one that returns no rows. */
export interface Prepared {
  statement: BetterSqlite3.Statement;
  columns?: readonly string[];
}

/** Prepares a statement once for as long as it comes often. */
export class StatementMemory {
  readonly #connection: BetterSqlite3.Database;
  readonly #statements = new Map<string, Prepared>();

  constructor(connection: BetterSqlite3.Database) {
    this.#connection = connection;
  }

  /** A statement that returns rows gives arrays of values. */
  prepare(sql: string): Prepared {
    const known = this.#statements.get(sql);
    // The map is in the order of use: the first one was not wanted for longest.
    this.#statements.delete(sql);
    const prepared = known ?? prepare(this.#connection, sql);
    if (sql.length <= longestKept) this.#statements.set(sql, prepared);
    const [oldest] = this.#statements.keys();
    if (this.#statements.size > mostKept && oldest !== undefined) this.#statements.delete(oldest);
    return prepared;
  }
}

function prepare(connection: BetterSqlite3.Database, sql: string): Prepared {
  const statement = connection.prepare(sql);
  return statement.reader
    ? { statement: statement.raw(), columns: statement.columns().map(({ name }) => name) }
    : { statement };
}
