import { SentinelError, asSentinelError } from '../contracts/errors.ts';
import type { Incident } from '../contracts/messages.ts';
import type { Clock, Random } from '../contracts/ports.ts';
import type { Database } from '../database/database.ts';
import type { OutboxRow } from '../database/tables.ts';
import { backoffDelay } from '../network/backoff.ts';
import { alertHistory } from './alert-history.ts';
import { MemoryOutbox } from './memory-outbox.ts';
import { deadlineMs, lateMs } from './next-step.ts';
import { Outbox, type OutboxStore } from './outbox.ts';
import type { Outgoing, Part } from './outbox-row.ts';
import type { AlertHistory } from './policy.ts';
import { RecentAlerts } from './recent-alerts.ts';

/** How soon a database that failed is tried again. */
const retry = { minMs: 2_000, maxMs: 60_000, jitter: 0.2 } as const;

export interface SteadyOutboxOptions {
  /** Opens the database, or gives the one that is open. */
  database: () => Promise<Database>;
  account: string;
  clock: Clock;
  random: Random;
}

/** Told once when the database fails, and with undefined once everything is written down again. */
export type StorageListener = (error: SentinelError | undefined) => void;

/**
 * The outbox on disk; when that fails for whatever reason, one in memory that goes on with the same rows until they
 * can be written down. Nothing here throws.
 */
export class SteadyOutbox implements OutboxStore {
  readonly #options: SteadyOutboxOptions;
  readonly #onStorage: StorageListener;
  readonly #memory = new MemoryOutbox();
  readonly #recent = new RecentAlerts();
  /** Being sent; known here even if the database that has them cannot be read any more. */
  readonly #underWay = new Map<string, Outgoing>();
  #inMemory = false;
  /** Something on disk waits for `recover`: from an earlier process, or since it could not be read. */
  #recoverDue = true;
  #lastSequence = 0;
  #stopped = false;
  /** Databases whose replacement is told here. */
  readonly #heard = new WeakSet<Database>();
  #cancelRetry: () => void = () => undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: SteadyOutboxOptions, onStorage: StorageListener) {
    this.#options = options;
    this.#onStorage = onStorage;
  }

  /** What earlier alerts say about an incident, and the number of its next alert. */
  async history(
    node: string,
    incident: Incident,
    cooldownMs: number,
    now: number,
  ): Promise<AlertHistory & { nextSequence: number }> {
    const sender = { account: this.#options.account, node };
    const onDisk = (database: Database) => alertHistory(database, sender, incident, cooldownMs, now);
    return await this.#inTurn(async () => {
      const known = await this.#options
        .database()
        .then(onDisk)
        .catch((error: unknown) => this.#leaveDisk(error));
      if (known !== undefined && !this.#inMemory) return known;
      const recent = this.#recent.history(node, incident, cooldownMs, now);
      // Far above any on disk, where a row of this incident may be that cannot be seen now.
      this.#lastSequence = Math.max(now, this.#lastSequence + 1);
      return {
        alerted: higher(known?.alerted, recent.alerted),
        recent: higher(known?.recent, recent.recent),
        nextSequence: this.#lastSequence,
      };
    });
  }

  async add(rows: readonly OutboxRow[], now: number): Promise<void> {
    await this.#do((store) => store.add(rows, now));
    this.#recent.add(rows.map((row) => ({ ...row, media: null })));
  }

  async recover(now: number, spans: Parameters<OutboxStore['recover']>[1]): Promise<number> {
    return await this.#do(async (store) => {
      const left = await store.recover(now, spans);
      this.#recoverDue = this.#inMemory;
      return left;
    });
  }

  async shift(stepMs: number): Promise<void> {
    await this.#do((store) => store.shift(stepMs));
  }

  async expire(now: number): Promise<Outgoing[]> {
    const rows = await this.#do((store) => store.expire(now));
    for (const row of rows) if (row.part === 'text') this.#recent.expired(row.alert_id);
    return rows;
  }

  async takeLate(now: number): Promise<Outgoing[]> {
    return await this.#do((store) => store.takeLate(now));
  }

  async due(part: Part, now: number, limit: number): Promise<Outgoing[]> {
    return await this.#do((store) => store.due(part, now, limit));
  }

  async nextTime(now: number): Promise<number | undefined> {
    return await this.#do((store) => store.nextTime(now));
  }

  async claim(row: Outgoing, now: number): Promise<Outgoing> {
    const claimed = await this.#do((store) => store.claim(row, now));
    this.#underWay.set(row.id, claimed);
    return claimed;
  }

  async accept(id: string, providerId: string, now: number, replyMs: number): Promise<void> {
    await this.#do((store) => store.accept(id, providerId, now, replyMs));
    const row = this.#underWay.get(id);
    if (row?.part === 'text') this.#recent.accepted(row.alert_id, now);
    this.#underWay.delete(id);
  }

  async wait(...change: Parameters<OutboxStore['wait']>): Promise<void> {
    await this.#do((store) => store.wait(...change));
    this.#underWay.delete(change[0]);
  }

  async fail(id: string, error: string, now: number): Promise<Outgoing[]> {
    const replies = await this.#do((store) => store.fail(id, error, now));
    this.#underWay.delete(id);
    return replies;
  }

  async postpone(...message: Parameters<OutboxStore['postpone']>): Promise<void> {
    await this.#do((store) => store.postpone(...message));
  }

  async sentTo(recipient: string, now: number): Promise<number[]> {
    return await this.#do((store) => store.sentTo(recipient, now));
  }

  async providerId(id: string): Promise<string | undefined> {
    return await this.#do((store) => store.providerId(id));
  }

  /** Of a row that was written before the database failed, it may still be readable there. */
  async picture(id: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const held = await this.#do((store) => store.picture(id));
    if (held !== undefined || !this.#inMemory) return held;
    return await this.#disk()
      .then((disk) => disk.picture(id))
      .catch(() => undefined);
  }

  async setMediaId(alertId: string, mediaId: string | null): Promise<void> {
    await this.#do((store) => store.setMediaId(alertId, mediaId));
  }

  /** A last try to write down what is in memory. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelRetry();
    if (this.#inMemory) await this.#return().catch(() => undefined);
  }

  async #do<Result>(work: (store: OutboxStore) => Promise<Result>): Promise<Result> {
    return await this.#inTurn(async () => {
      if (!this.#inMemory) {
        try {
          return await work(await this.#disk());
        } catch (error) {
          await this.#leaveDisk(error);
        }
      }
      return await work(this.#memory);
    });
  }

  /** One after the other, so that nothing is under way on disk when memory takes over. */
  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return await result;
  }

  async #disk(): Promise<Outbox> {
    const database = await this.#options.database();
    if (!this.#heard.has(database)) {
      this.#heard.add(database);
      database.onReplaced(() => this.#takeAlong());
    }
    return new Outbox(database, this.#options.account);
  }

  /** What waits in a file that was deleted or replaced goes on from memory, and into the file that takes its place. */
  async #takeAlong(): Promise<void> {
    if (this.#stopped) return;
    await this.#inTurn(async () => {
      if (this.#inMemory) return;
      const pictures = await (await this.#disk()).unfinishedPictures().catch(() => undefined);
      await this.#leaveDisk(new SentinelError('ES_DATABASE', 'The database was deleted or replaced.'), pictures);
      // The file that takes its place may be an old one, where something waits.
      this.#recoverDue = true;
    });
  }

  /** A disk that is full or read-only can still be read: what waits there goes on from memory. */
  readonly #leaveDisk = async (cause: unknown, pictures?: ReadonlyMap<string, Uint8Array>): Promise<undefined> => {
    if (this.#inMemory) return;
    this.#inMemory = true;
    try {
      this.#memory.adopt(await (await this.#disk()).unfinished(), pictures);
    } catch {
      this.#recoverDue = true;
      this.#memory.adopt([...this.#underWay.values()]);
    }
    const { message, hint } = asSentinelError(cause, 'ES_DATABASE');
    const says = `Alerts cannot be written down; they are sent from memory. ${message}`;
    this.#onStorage(new SentinelError('ES_DATABASE', says, { cause, ...(hint === undefined ? {} : { hint }) }));
    this.#retryLater(0);
  };

  #retryLater(attempt: number): void {
    if (this.#stopped) return;
    const { clock, random } = this.#options;
    this.#cancelRetry = clock.after(backoffDelay(attempt, retry, random), () => {
      this.#return().catch(() => {
        this.#retryLater(attempt + 1);
      });
    });
  }

  /** Writes down what is in memory, and goes on from disk. @throws SentinelError when the database still fails. */
  async #return(): Promise<void> {
    await this.#inTurn(async () => {
      const disk = await this.#disk();
      const rows = this.#memory.all();
      const underWay = rows.filter(({ state }) => state === 'sending').map(({ id }) => id);
      await disk.proveWritable();
      await disk.writeDown(rows);
      if (this.#recoverDue) await disk.recover(this.#options.clock.now(), { deadlineMs, lateMs }, underWay);
      this.#recoverDue = false;
      this.#inMemory = false;
      this.#memory.clear();
    });
    this.#onStorage(undefined);
  }
}

function higher(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}
