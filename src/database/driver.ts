import { CompiledQuery, type DatabaseConnection, type Driver, type QueryResult } from 'kysely';
import { SentinelError } from '../contracts/errors.ts';
import type { WorkerLink } from './worker-link.ts';

/** More requests than this waiting for the one connection mean that the disk hangs: refusing is then better than memory without end. */
const mostWaiting = 1000;

/**
 * Kysely's driver over the database worker. SQLite has one connection here, so statements outside and whole
 * transactions inside take turns, first come first served: nothing slips between BEGIN and COMMIT of another.
 * Inside a transaction use only its own object; waiting there for the outer one would wait for itself.
 */
export class WorkerDriver implements Driver {
  readonly #open: () => Promise<WorkerLink>;
  #link: WorkerLink;
  #turn: Promise<void> = Promise.resolve();
  #waiting = 0;
  #closing: Promise<void> | undefined;

  /**
   * @param link the opened worker.
   * @param open opens a new one when the worker was lost.
   */
  constructor(link: WorkerLink, open: () => Promise<WorkerLink>) {
    this.#link = link;
    this.#open = open;
  }

  init(): Promise<void> {
    return Promise.resolve();
  }

  async acquireConnection(): Promise<WorkerConnection> {
    if (this.#closing !== undefined) throw new SentinelError('ES_DATABASE', 'The database is closed.');
    if (this.#waiting >= mostWaiting) {
      throw new SentinelError('ES_DATABASE', `The database does not keep up: ${mostWaiting} requests wait.`, {
        hint: 'Check the disk of the data folder.',
      });
    }
    const release = await this.#takeTurn();
    try {
      if (!this.#link.alive) this.#link = await this.#open();
      return new WorkerConnection(this.#link, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  async beginTransaction(connection: WorkerConnection): Promise<void> {
    // Takes the write lock at once, so that a transaction never fails half way because another program wrote.
    await connection.executeQuery(CompiledQuery.raw('BEGIN IMMEDIATE'));
  }

  async commitTransaction(connection: WorkerConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('COMMIT'));
  }

  async rollbackTransaction(connection: WorkerConnection): Promise<void> {
    await connection.rollback();
  }

  releaseConnection(connection: WorkerConnection): Promise<void> {
    connection.release();
    return Promise.resolve();
  }

  /** Lets everything that has a turn or waits for one finish, then closes the file. */
  destroy(): Promise<void> {
    this.#closing ??= this.#takeTurn().then(() => this.#link.close());
    return this.#closing;
  }

  /** Waits until all earlier turns are over. @returns the end of this one. */
  async #takeTurn(): Promise<() => void> {
    const previous = this.#turn;
    let end: () => void = () => undefined;
    this.#turn = new Promise((resolve) => {
      end = resolve;
    });
    this.#waiting += 1;
    await previous;
    this.#waiting -= 1;
    return end;
  }
}

/** One turn on the worker. */
class WorkerConnection implements DatabaseConnection {
  readonly release: () => void;
  readonly #link: WorkerLink;

  constructor(link: WorkerLink, release: () => void) {
    this.#link = link;
    this.release = release;
  }

  /** @throws SentinelError ES_DATABASE, ES_WORKER_LOST */
  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, written } = await this.#link.ask('run', { sql: query.sql, parameters: query.parameters });
    for (const row of rows) blobsToBuffers(row);
    return {
      rows: rows as R[],
      ...(written === undefined
        ? {}
        : { numAffectedRows: BigInt(written.changes), insertId: BigInt(written.lastRowId) }),
    };
  }

  streamQuery(): never {
    throw new SentinelError('ES_DATABASE', 'Rows cannot be streamed from the database thread: read them in pages.');
  }

  async rollback(): Promise<void> {
    await this.#link.ask('rollback', undefined);
  }
}

/** Structured cloning turns a Buffer into a plain Uint8Array; users of a blob get a Buffer back. */
function blobsToBuffers(row: Record<string, unknown>): void {
  for (const [column, value] of Object.entries(row)) {
    if (value instanceof Uint8Array) row[column] = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
}
