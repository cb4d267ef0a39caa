import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Kysely, Selectable } from 'kysely';
import { SentinelError } from '../contracts/errors.ts';
import type { Clock } from '../contracts/ports.ts';
import { mostStreams, type StreamChange, type StreamRequest } from '../contracts/streams.ts';
import type { Database } from '../database/database.ts';
import { DamagedKey, KeyFile } from '../database/key-file.ts';
import type { StreamRow, Tables } from '../database/tables.ts';
import { seal, unseal } from './address-cipher.ts';
import { settingsOf, sourceOf, storedStream, type RunnableStream, type StoredStream } from './stored-stream.ts';
import { admitAddress, type StreamAddress } from './stream-address.ts';

export interface StreamStoreOptions {
  /** Data folder of the site; the key of the addresses lies in it, never in the database. */
  folder: string;
  database: () => Promise<Database>;
  clock: Clock;
  /** Called after each change that counts for what runs. */
  changed: () => void;
}

type Row = Selectable<StreamRow>;

/** The streams of a site that come by the API. Everything rejects with ES_DATABASE when the database cannot do it. */
export class StreamStore {
  readonly #options: StreamStoreOptions;
  readonly #key: KeyFile;

  constructor(options: StreamStoreOptions) {
    this.#options = options;
    this.#key = streamKey(options.folder);
  }

  /** By name. */
  async list(): Promise<StoredStream[]> {
    return (await this.#all()).map(({ address, ...stream }) => ({ ...stream, isLost: address === undefined }));
  }

  async find(source: string): Promise<StoredStream | undefined> {
    return (await this.list()).find((stream) => stream.source === source);
  }

  /** Those that are to run. */
  async runnable(): Promise<RunnableStream[]> {
    return (await this.#all()).filter(({ enabled }) => enabled);
  }

  /**
   * @param taken whether another camera has this name already.
   * @throws SentinelError ES_BAD_ADDRESS; ES_STREAM for a name that cannot stand in topics; ES_STREAM_TAKEN for one that is taken, and where
   * there are as many as there may be; ES_STREAM_KEY
   */
  async add(request: StreamRequest, taken: (source: string) => boolean): Promise<StoredStream> {
    const { name, url, username, password, stream_type: type, location = 'home', auto_start: enabled = true } = request;
    const address = admitAddress({ url, username, password, type });
    const source = request.id ?? sourceOf(name);
    if (source === '') {
      throw new SentinelError('ES_STREAM', 'No name for topics can be made of this name.', {
        hint: 'Give an id of letters, digits, _ and -.',
      });
    }
    if (taken(source)) throw isTaken(source);
    const now = this.#options.clock.now();
    const id = randomUUID();
    const row: Row = {
      ...{ id, source, name: name.trim(), area: location.trim(), ...(await this.#columns(id, address)) },
      ...{ settings_json: JSON.stringify(settingsOf(request)), enabled: Number(enabled) },
      ...{ created_at: now, updated_at: now },
    };
    const { query } = await this.#options.database();
    await query.transaction().execute(async (turn) => {
      const names = (await turn.selectFrom('streams').select('source').execute()).map((one) => one.source);
      if (names.includes(source)) throw isTaken(source);
      if (names.length >= mostStreams) {
        throw new SentinelError('ES_STREAM_TAKEN', `There are ${mostStreams} streams already.`, {
          hint: 'Delete one first, or add cameras in the editor.',
        });
      }
      await turn.insertInto('streams').values(row).execute();
    });
    this.#options.changed();
    return storedStream(row, false);
  }

  /**
   * @returns undefined when there is none of this name.
   * @throws SentinelError ES_BAD_ADDRESS, ES_STREAM_ADDRESS_LOST, ES_STREAM_KEY
   */
  async change(source: string, change: StreamChange): Promise<StoredStream | undefined> {
    const { query } = await this.#options.database();
    const before = await rowOf(query, source);
    if (before === undefined) return undefined;
    const { name, location, auto_start: enabled } = change;
    const address = await this.#newAddress(before, change);
    const sealed = address && (await this.#columns(before.id, address));
    const row = await query.transaction().execute(async (turn) => {
      const now = await rowOf(turn, source);
      if (now === undefined) return undefined;
      const settings = { ...(JSON.parse(now.settings_json) as object), ...settingsOf(change) };
      const changes = {
        ...(name === undefined ? {} : { name: name.trim() }),
        ...(location === undefined ? {} : { area: location.trim() }),
        ...(enabled === undefined ? {} : { enabled: Number(enabled) }),
        ...{ ...sealed, settings_json: JSON.stringify(settings), updated_at: this.#options.clock.now() },
      };
      await turn.updateTable('streams').set(changes).where('id', '=', now.id).execute();
      return { ...now, ...changes };
    });
    if (row === undefined) return undefined;
    this.#options.changed();
    return await this.find(source);
  }

  /**
   * Says whether a stream is to run; saying it again changes nothing.
   * @throws SentinelError ES_STREAM_ADDRESS_LOST for a start without an address
   */
  async setEnabled(source: string, enabled: boolean): Promise<StoredStream | undefined> {
    const stream = await this.find(source);
    if (stream === undefined) return undefined;
    if (enabled && stream.isLost) throw addressLost(source);
    if (stream.enabled === enabled) return stream;
    const { query } = await this.#options.database();
    const updated_at = this.#options.clock.now();
    await query
      .updateTable('streams')
      .set({ enabled: Number(enabled), updated_at })
      .where('source', '=', source)
      .execute();
    this.#options.changed();
    return await this.find(source);
  }

  /** @returns whether there was one. */
  async remove(source: string): Promise<boolean> {
    const { query } = await this.#options.database();
    const gone = await query.deleteFrom('streams').where('source', '=', source).executeTakeFirst();
    if (gone.numDeletedRows === 0n) return false;
    this.#options.changed();
    return true;
  }

  async #all(): Promise<RunnableStream[]> {
    const { query } = await this.#options.database();
    const rows = await query.selectFrom('streams').selectAll().orderBy('source').limit(mostStreams).execute();
    return await withAddresses(rows, this.#key);
  }

  /** What a change makes of the address; undefined: it stays. */
  async #newAddress(row: Row, change: StreamChange): Promise<StreamAddress | undefined> {
    const { url, username, password, stream_type: type } = change;
    if (url !== undefined && url !== row.shown) return admitAddress({ url, username, password, type });
    if (username === undefined && password === undefined && (type ?? row.type) === row.type) return undefined;
    const key = await presentKey(this.#key);
    const whole = key && unseal(row.address, key, row.id);
    if (whole === undefined) throw addressLost(row.source);
    return admitAddress({ url: whole, username, password, type });
  }

  async #columns(id: string, { whole, shown, type }: StreamAddress): Promise<Pick<Row, 'address' | 'shown' | 'type'>> {
    return { address: seal(whole, await this.#keyToWrite(), id), shown, type };
  }

  async #keyToWrite(): Promise<Buffer> {
    try {
      return await this.#key.readOrMake();
    } catch (cause) {
      const what = cause instanceof DamagedKey ? 'is damaged' : 'cannot be read or written';
      throw new SentinelError('ES_STREAM_KEY', `The file streams.key of the data folder ${what}.`, {
        hint: 'Put it back from a backup. Without one delete it: a new key is made, and every stream is given its address anew.',
        cause,
      });
    }
  }
}

/** Where the key of the addresses lies. */
export function streamKey(folder: string): KeyFile {
  return new KeyFile(join(folder, 'streams.key'));
}

/** The rows of a store with their addresses. */
export async function withAddresses(rows: readonly Row[], file: KeyFile): Promise<RunnableStream[]> {
  // Looked for anew each time: one that was put back counts at once.
  const key = rows.length === 0 ? undefined : await presentKey(file);
  return rows.map((row) => {
    const address = key && unseal(row.address, key, row.id);
    return { ...storedStream(row, address === undefined), address };
  });
}

/** The key; undefined where it is not there or cannot be used: then addresses are lost, until it is back. */
async function presentKey(file: KeyFile): Promise<Buffer | undefined> {
  return await file.read().catch(() => undefined);
}

async function rowOf(query: Kysely<Tables>, source: string): Promise<Row | undefined> {
  return await query.selectFrom('streams').selectAll().where('source', '=', source).executeTakeFirst();
}

/** The error of a stream whose address cannot be read any more. */
export function addressLost(source: string): SentinelError {
  return new SentinelError('ES_STREAM_ADDRESS_LOST', `The address of the stream ${source} cannot be read any more.`, {
    hint: 'Put the file streams.key of the data folder back, or write the address of the stream anew (PUT with url).',
  });
}

function isTaken(source: string): SentinelError {
  return new SentinelError('ES_STREAM_TAKEN', `There is a camera ${source} already.`, {
    hint: 'Give another id: what is seen by two cameras of one name is mixed.',
  });
}
