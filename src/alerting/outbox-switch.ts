import { SentinelError, asSentinelError } from '../contracts/errors.ts';
import type { Clock, Random } from '../contracts/ports.ts';
import type { Database } from '../database/database.ts';
import { backoffDelay } from '../network/backoff.ts';
import { MemoryOutbox } from './memory-outbox.ts';
import { deadlineMs, lateMs } from './next-step.ts';
import { Outbox, type OutboxStore } from './outbox.ts';
import { OutboxHandover } from './outbox-handover.ts';
import type { Outgoing } from './outbox-row.ts';

/** How soon a database that failed is tried again. */
const retry = { minMs: 2_000, maxMs: 60_000, jitter: 0.2 } as const;

export interface OutboxPorts {
  /** Opens the database, or gives the one that is open. */
  database: () => Promise<Database>;
  account: string;
  clock: Clock;
  random: Random;
}

/** Told once when the database fails, and with undefined once everything is written down again. */
export type StorageListener = (error: SentinelError | undefined) => void;

/** Which outbox of an account works now: the one on disk, or, from its first failure until it works again, one in memory. */
export class OutboxSwitch {
  readonly #ports: OutboxPorts;
  readonly #onStorage: StorageListener;
  readonly #underWay: ReadonlyMap<string, Outgoing>;
  readonly #memory = new MemoryOutbox();
  #inMemory = false;
  /** Something on disk waits for `recover`: from an earlier process, or since it could not be read. */
  #recoverDue = true;
  #stopped = false;
  /** Databases whose replacement is told here, and what ends that: they outlast us by many deploys. */
  readonly #heard = new Map<Database, () => void>();
  #cancelRetry: () => void = () => undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param underWay rows that are being sent, by id: all that is left of them when the disk cannot even be read. */
  constructor(ports: OutboxPorts, onStorage: StorageListener, underWay: ReadonlyMap<string, Outgoing>) {
    this.#ports = ports;
    this.#onStorage = onStorage;
    this.#underWay = underWay;
  }

  get inMemory(): boolean {
    return this.#inMemory;
  }

  /** Works with the outbox of the moment; what fails on disk is done in memory. */
  async use<Result>(work: (store: OutboxStore) => Promise<Result>): Promise<Result> {
    return await this.#inTurn(async () => {
      if (!this.#inMemory) {
        try {
          return await work(await this.disk());
        } catch (error) {
          await this.#leaveDisk(error);
        }
      }
      return await work(this.#memory);
    });
  }

  /** Asks the database itself, also while memory is in use; undefined when it fails, which makes memory take over. */
  async ask<Result>(question: (database: Database) => Promise<Result>): Promise<Result | undefined> {
    return await this.#inTurn(async () => {
      try {
        return await question(await this.#ports.database());
      } catch (error) {
        await this.#leaveDisk(error);
        return undefined;
      }
    });
  }

  /** What an earlier process left was picked up; in memory that says nothing about the disk. */
  recovered(): void {
    this.#recoverDue = this.#inMemory;
  }

  /** The outbox on disk, whichever is in use. @throws SentinelError ES_DATABASE */
  async disk(): Promise<Outbox> {
    return new Outbox(await this.#database(), this.#ports.account);
  }

  /** A last try to write down what is in memory. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelRetry();
    if (this.#inMemory) await this.#return().catch(() => undefined);
    for (const endHearing of this.#heard.values()) endHearing();
    this.#heard.clear();
  }

  /** One after the other, so that nothing is under way on disk when memory takes over. */
  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return await result;
  }

  async #database(): Promise<Database> {
    const database = await this.#ports.database();
    if (!this.#heard.has(database)) {
      const endHearing = database.onReplaced(() => this.#takeAlong());
      this.#heard.set(database, endHearing);
    }
    return database;
  }

  async #handover(): Promise<OutboxHandover> {
    return new OutboxHandover(await this.#database(), this.#ports.account);
  }

  /** What waits in a file that was deleted or replaced goes on from memory, and into the file that takes its place. */
  async #takeAlong(): Promise<void> {
    if (this.#stopped) return;
    await this.#inTurn(async () => {
      if (this.#inMemory) return;
      const pictures = await (await this.#handover()).unfinishedPictures().catch(() => undefined);
      await this.#leaveDisk(new SentinelError('ES_DATABASE', 'The database was deleted or replaced.'), pictures);
      // The file that takes its place may be an old one, where something waits.
      this.#recoverDue = true;
    });
  }

  /** A disk that is full or read-only can still be read: what waits there goes on from memory. */
  async #leaveDisk(cause: unknown, pictures?: ReadonlyMap<string, Uint8Array>): Promise<void> {
    if (this.#inMemory) return;
    this.#inMemory = true;
    try {
      this.#memory.adopt(await (await this.#handover()).unfinished(), pictures);
    } catch {
      this.#recoverDue = true;
      this.#memory.adopt([...this.#underWay.values()]);
    }
    const { message, hint } = asSentinelError(cause, 'ES_DATABASE');
    const says = `Alerts cannot be written down; they are sent from memory. ${message}`;
    this.#onStorage(new SentinelError('ES_DATABASE', says, { cause, ...(hint === undefined ? {} : { hint }) }));
    this.#retryLater(0);
  }

  #retryLater(attempt: number): void {
    if (this.#stopped) return;
    const { clock, random } = this.#ports;
    this.#cancelRetry = clock.after(backoffDelay(attempt, retry, random), () => {
      this.#return().catch(() => {
        this.#retryLater(attempt + 1);
      });
    });
  }

  /** Writes down what is in memory, and goes on from disk. @throws SentinelError when the database still fails. */
  async #return(): Promise<void> {
    await this.#inTurn(async () => {
      const handover = await this.#handover();
      const rows = this.#memory.all();
      const underWay = rows.filter(({ state }) => state === 'sending').map(({ id }) => id);
      await handover.proveWritable();
      await handover.writeDown(rows);
      if (this.#recoverDue) {
        await (await this.disk()).recover(this.#ports.clock.now(), { deadlineMs, lateMs }, underWay);
      }
      this.#recoverDue = false;
      this.#inMemory = false;
      this.#memory.clear();
    });
    this.#onStorage(undefined);
  }
}
