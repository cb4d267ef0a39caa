import { Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { Log } from '../contracts/ports.ts';
import { workerFile } from '../process/package-files.ts';
import { WorkerDriver } from './driver.ts';
import type { Tables } from './tables.ts';
import { WorkerLink } from './worker-link.ts';

export interface Database {
  /**
   * Queries and transactions; errors are SentinelErrors (ES_DATABASE, ES_WORKER_LOST). A resolved write or commit is
   * on disk: it survives `kill -9` and power cuts. Blobs come back as Buffers.
   */
  readonly query: Kysely<Tables>;
  /** Waits for what is under way, then closes the file; queries after this fail with ES_DATABASE. */
  close(): Promise<void>;
}

/**
 * Opens the database of a site in a thread of its own: creates it, checks it, brings it to the newest schema.
 * A damaged file is set aside under a new name, which is logged, and an empty database begun.
 * @param file path of the database file; its folder is created.
 * @throws SentinelError ES_DATABASE when the file cannot be used or comes from a newer version of this package.
 */
export async function openDatabase(file: string, options: { log: Log }): Promise<Database> {
  const open = () => openLink(file, options.log);
  const driver = new WorkerDriver(await open(), open);
  const query = new Kysely<Tables>({
    dialect: {
      createDriver: () => driver,
      createAdapter: () => new SqliteAdapter(),
      createQueryCompiler: () => new SqliteQueryCompiler(),
      createIntrospector: (database) => new SqliteIntrospector(database),
    },
  });
  return { query, close: () => driver.destroy() };
}

async function openLink(file: string, log: Log): Promise<WorkerLink> {
  const link = new WorkerLink(workerFile('database'));
  try {
    const { setAside } = await link.ask('open', { file });
    if (setAside !== undefined) {
      log.error(
        `The database was damaged (${setAside.reason}). It is kept as ${setAside.file}, and an empty one was begun.`,
      );
    }
    return link;
  } catch (error) {
    await link.close();
    throw error;
  }
}
