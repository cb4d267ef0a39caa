import type { Compilable, CompiledQuery, Insertable, InsertQueryBuilder, InsertResult, Transaction } from 'kysely';
import { SentinelError } from '../contracts/errors.ts';
import type { SignalRow, Tables } from '../database/tables.ts';

type Row = Insertable<SignalRow>;
type Insert = InsertQueryBuilder<Tables, 'signals', InsertResult>;

/** In the order of a statement's values. */
const columns = [
  'incident_id',
  'kind',
  'label',
  'source',
  'score',
  'threshold',
  'model',
  'captured_at',
  'count',
  'first_at',
  'last_at',
] as const satisfies (keyof Row)[];

/** SQLite takes 32,766 variables a statement (https://www.sqlite.org/limits.html). */
const mostRows = 1000;
/** Statements for more rows are rare, and large. */
const mostRowsKept = 64;

/**
 * An insert of many signals. Kysely puts its SQL together once for each number of rows, and only the values change: to
 * do so for twenty rows takes longer, and leaves more garbage, than SQLite takes to write them.
 */
export class SignalInsert {
  readonly #complete: (insert: Insert) => Insert;
  /** By the number of rows. */
  readonly #compiled = new Map<number, CompiledQuery>();

  /** @param complete what is to happen where a signal is there already. */
  constructor(complete: (insert: Insert) => Insert) {
    this.#complete = complete;
  }

  /** @param rows one at least, each with all columns. */
  of(transaction: Transaction<Tables>, rows: readonly Row[]): Compilable {
    const known = this.#compiled.get(rows.length);
    const parameters = rows.flatMap((row) => columns.map((column) => row[column]));
    if (known !== undefined) return { compile: () => ({ ...known, parameters }) };
    return { compile: () => this.#compile(transaction, rows, parameters) };
  }

  #compile(transaction: Transaction<Tables>, rows: readonly Row[], parameters: readonly unknown[]): CompiledQuery {
    const inOrder = rows.map((row) => Object.fromEntries(columns.map((column) => [column, row[column]])) as Row);
    const compiled = this.#complete(transaction.insertInto('signals').values(inOrder)).compile();
    const isSame =
      compiled.parameters.length === parameters.length &&
      compiled.parameters.every((value, n) => Object.is(value, parameters[n]));
    if (!isSame)
      throw new SentinelError('ES_DATABASE', 'The values of signals are in another order than their columns.');
    if (rows.length <= mostRowsKept) this.#compiled.set(rows.length, { ...compiled, parameters: [] });
    return compiled;
  }
}

/** As many as a statement takes. */
export function signalLots<Row>(rows: readonly Row[]): Row[][] {
  return Array.from({ length: Math.ceil(rows.length / mostRows) }, (_, n) =>
    rows.slice(n * mostRows, (n + 1) * mostRows),
  );
}
