import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { Clock, Log } from '../contracts/ports.ts';
import { workerFile } from '../process/package-files.ts';
import { WorkerDriver } from './driver.ts';
import { FileWatch } from './file-watch.ts';
import { HomeDisk } from './home-disk.ts';
import { SlowCheck } from './slow-check.ts';
import type { OpenAs } from './sqlite-file.ts';
import type { Tables } from './tables.ts';
import { WorkerLink } from './worker-link.ts';

export interface Database {
  /**
   * Queries and transactions; errors are SentinelErrors (ES_DATABASE, ES_WORKER_LOST). A resolved write or commit is
   * on disk: it survives `kill -9` and power cuts. Blobs come back as Buffers.
   */
  readonly query: Kysely<Tables>;
  /**
   * Calls back when the file was deleted or replaced, before it is opened anew by its name: until the callback settles,
   * the old one can still be read, as far as its disk is there.
   * @returns ends it.
   */
  onReplaced(listener: () => Promise<void>): () => void;
  /** Waits for what is under way, then closes the file; queries after this fail with ES_DATABASE. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  log: Log;
  /** A program beside Node-RED opens it: a damaged file stays where it is, and ES_DATABASE says so. */
  shared?: boolean;
  /** With it the file is looked at every 10 s: one that was deleted or replaced is opened anew by the next request. */
  clock?: Clock;
  /**
   * Called before the file is opened and after it, each time: a disk that was read-only before may be writable since.
   * What it throws is thrown on, and the file stays closed.
   */
  claim?: () => void;
  /** Told after each turn whether the database works; a write that failed counts until one succeeds. */
  onState?: (works: boolean) => void;
}

/**
 * Opens the database of a site in a thread of its own: creates it, checks it, brings it to the newest schema.
 * A damaged file is set aside under a new name, which is logged, and an empty database begun, unless others share it.
 * @param file path of the database file; its folder is created.
 * @throws SentinelError ES_DATABASE when the file cannot be used or comes from a newer version of this package.
 */
export async function openDatabase(file: string, options: DatabaseOptions): Promise<Database> {
  const { log, shared = false, clock, claim = () => undefined, onState = () => undefined } = options;
  const listeners = new Set<() => Promise<void>>();
  const watch =
    clock &&
    new FileWatch(file, clock, () => {
      log.error(`The database ${file} was deleted or replaced. It is opened anew, and what still waited goes along.`);
      onState(false);
      void Promise.allSettled([...listeners].map((listener) => listener())).then(() => {
        driver.reopen();
      });
    });
  const home = new HomeDisk(dirname(file));
  const check = new SlowCheck(dirname(file), (fault) => {
    log.error(`The database is damaged (${fault}). It is set aside now.`);
    driver.reopen();
  });
  const open = async () => {
    if (!existsSync(file)) home.assertPresent();
    claim();
    const { link, unchecked } = await openLink(file, { whole: check.foundDamage, shared }, log);
    try {
      claim();
    } catch (error) {
      await link.close();
      throw error;
    }
    home.remember();
    await watch?.start();
    if (unchecked && !shared) check.begin();
    return link;
  };
  const driver = new WorkerDriver(await open(), open, onState);
  const query = new Kysely<Tables>({
    dialect: {
      createDriver: () => driver,
      createAdapter: () => new SqliteAdapter(),
      createQueryCompiler: () => new SqliteQueryCompiler(),
      createIntrospector: (database) => new SqliteIntrospector(database),
    },
  });
  const close = async () => {
    watch?.stop();
    check.end();
    await driver.destroy();
    // The last turn may have opened the file anew.
    watch?.stop();
  };
  const onReplaced = (listener: () => Promise<void>) => {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  };
  return { query, onReplaced, close };
}

async function openLink(file: string, as: OpenAs, log: Log): Promise<{ link: WorkerLink; unchecked: boolean }> {
  const link = new WorkerLink(workerFile('database'));
  try {
    const { setAside, unchecked } = await link.ask('open', { file, ...as });
    if (setAside !== undefined) {
      log.error(
        `The database was damaged (${setAside.reason}). It is kept as ${setAside.file}, and an empty one was begun.`,
      );
    }
    return { link, unchecked };
  } catch (error) {
    await link.close();
    throw error;
  }
}
