import { CompiledQuery, type Compilable, type Kysely, type Transaction } from 'kysely';
import type { Tables } from './tables.ts';

/** Several statements in one message to the database thread: each message costs two turns of the scheduler. */
export interface SeveralQueries extends CompiledQuery {
  readonly several: readonly CompiledQuery[];
  /** Whether the transaction ends with them. */
  readonly commits: boolean;
}

type RowsOf<Queries extends readonly Compilable[]> = {
  -readonly [K in keyof Queries]: Queries[K] extends Compilable<infer Row> ? Row[] : never;
};

/**
 * Runs statements one after the other, in one message; the first that fails keeps the others from running.
 * @param query a transaction, or, for statements that only read, the database: nothing of this process is written between them.
 * @returns the rows of each, in their order; none for a statement that returns none.
 * @throws SentinelError ES_DATABASE, ES_WORKER_LOST
 */
export async function together<const Queries extends readonly Compilable[]>(
  query: Kysely<Tables>,
  queries: Queries,
): Promise<RowsOf<Queries>> {
  const { rows } = await query.executeQuery(severalOf(queries, false));
  return rows as RowsOf<Queries>;
}

/**
 * The same after statements whose rows nobody wants.
 * @returns the rows of each of `then`.
 * @throws SentinelError ES_DATABASE, ES_WORKER_LOST
 */
export async function togetherAfter<const Then extends readonly Compilable[]>(
  transaction: Transaction<Tables>,
  written: readonly Compilable[],
  then: Then,
): Promise<RowsOf<Then>> {
  const { rows } = await transaction.executeQuery(severalOf([...written, ...then], false));
  return rows.slice(written.length) as RowsOf<Then>;
}

/** The same with the last statements of a transaction, and its COMMIT in the same message: nothing may follow. */
export async function togetherAtLast(transaction: Transaction<Tables>, queries: readonly Compilable[]): Promise<void> {
  await transaction.executeQuery(severalOf(queries, true));
}

export function isSeveral(query: CompiledQuery): query is SeveralQueries {
  return 'several' in query;
}

function severalOf(queries: readonly Compilable[], commits: boolean): SeveralQueries {
  return { ...CompiledQuery.raw(''), several: queries.map((query) => query.compile()), commits };
}
