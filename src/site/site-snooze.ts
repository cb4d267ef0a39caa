import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { longestSnoozeMinutes, type SnoozeRequest } from '../contracts/snooze.ts';
import type { AuditNote, Clock, Log, SnoozeState } from '../contracts/ports.ts';
import type { Database } from '../database/database.ts';
import { Subscribers } from './subscribers.ts';

const minuteMs = 60_000;
/** Nobody waits longer for the disk. */
const patienceMs = 2000;
/** More than a house has; the one that ends first gives way. */
const mostAreas = 100;

export interface SnoozeTools {
  clock: Clock;
  log: Log;
  folder: string;
  database: () => Promise<Database>;
  /** Writes down who held alerts back. */
  note?: (entry: AuditNote) => void;
}

/**
 * Until when alerts of a site, or of an area of it, are held back: in memory at once, on disk as soon as it can be. Fail loud: what
 * cannot be read or written down is no silence after the next restart.
 */
export class SiteSnooze implements SnoozeState {
  readonly #tools: SnoozeTools;
  /** By area in small letters; empty: the whole site. */
  readonly #until = new Map<string, number>();
  readonly #listeners: Subscribers<undefined>;
  #reading: Promise<void> | undefined;
  #cancelEnd: (() => void) | undefined;

  constructor(tools: SnoozeTools) {
    this.#tools = tools;
    this.#listeners = new Subscribers(tools.log);
  }

  ready(): Promise<void> {
    this.#reading ??= this.#patiently(this.#read());
    return this.#reading;
  }

  until(area: string): number | undefined {
    const ends = [this.#of(''), this.#of(area.toLowerCase())].filter((end) => end !== undefined);
    return ends.length === 0 ? undefined : Math.max(...ends);
  }

  /** The last end of all that holds now, of whatever area; undefined: nothing is snoozed. */
  get last(): number | undefined {
    const ends = [...this.#until.keys()].flatMap((area) => this.#of(area) ?? []);
    return ends.length === 0 ? undefined : Math.max(...ends);
  }

  watch(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  /**
   * Holds alerts back from now on, in place of what was said of the same area; of the whole site, in place of all. Never rejects.
   * @returns until when, in epoch ms; undefined where that ends a snooze.
   */
  async set({ minutes, area = '', by = 'flow' }: SnoozeRequest): Promise<number | undefined> {
    await this.ready();
    const now = this.#tools.clock.now();
    const how = by === 'flow' ? 'flow' : 'message';
    const subject = `${minutes} min${area.trim() === '' ? '' : `, ${area.trim()}`}`;
    this.#tools.note?.({ by, how, action: 'snooze', subject, at: now });
    const key = area.trim().toLowerCase();
    const until = now + Math.min(minutes, longestSnoozeMinutes) * minuteMs;
    if (key === '') this.#until.clear();
    this.#until.delete(key);
    if (minutes > 0) this.#until.set(key, until);
    if (this.#until.size > mostAreas) this.#until.delete(this.#first() ?? key);
    this.#changed();
    await this.#patiently(this.#write(by));
    return minutes > 0 ? until : undefined;
  }

  close(): void {
    this.#cancelEnd?.();
  }

  /** A clock that was set back must not make a snooze longer than any can be. */
  #of(area: string): number | undefined {
    const until = this.#until.get(area);
    const rest = (until ?? 0) - this.#tools.clock.now();
    return rest > 0 && rest <= longestSnoozeMinutes * minuteMs ? until : undefined;
  }

  #first(): string | undefined {
    return [...this.#until].toSorted(([, one], [, other]) => one - other)[0]?.[0];
  }

  /** Tells of it now, and when the next one ends. */
  #changed(): void {
    const { clock } = this.#tools;
    this.#cancelEnd?.();
    const ends = [...this.#until.values()].filter((end) => end > clock.now());
    if (ends.length > 0) {
      this.#cancelEnd = clock.after(Math.min(...ends) - clock.now(), () => {
        this.#changed();
      });
    }
    this.#listeners.tell(undefined);
  }

  /** A database is not created only to find out that nothing is in it. */
  async #read(): Promise<void> {
    const { folder, database, log } = this.#tools;
    if (!existsSync(join(folder, 'sentinel.db'))) return;
    try {
      const { query } = await database();
      const rows = await query.selectFrom('snoozes').selectAll().execute();
      for (const { area, until } of rows) this.#until.set(area, until);
      if (rows.length > 0) this.#changed();
    } catch (error) {
      log.error(`Whether alerts are snoozed cannot be read (${String(error)}): they are told.`);
    }
  }

  async #write(by: string): Promise<void> {
    const { database, clock, log } = this.#tools;
    try {
      const { query } = await database();
      const rows = [...this.#until].map(([area, until]) => ({ area, until, by, created_at: clock.now() }));
      await query.transaction().execute(async (turn) => {
        await turn.deleteFrom('snoozes').execute();
        if (rows.length > 0) await turn.insertInto('snoozes').values(rows).execute();
      });
    } catch (error) {
      log.error(`The snooze holds, but cannot be written down (${String(error)}): a restart would end it.`);
    }
  }

  #patiently(work: Promise<void>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const cancel = this.#tools.clock.after(patienceMs, () => {
      resolve(undefined);
    });
    return Promise.race([work.finally(cancel), promise]);
  }
}
