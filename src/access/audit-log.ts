import type { AuditPage } from '../contracts/accounts.ts';
import type { Audit, AuditNote, Log } from '../contracts/ports.ts';
import type { Database } from '../database/database.ts';

/** What is kept; the database itself refuses to delete newer ones. */
const kept = 200_000;
/** Of each action, older ones too: who reads the same picture all night pushes out nobody's traces but of reading. */
const keptOfAction = 20_000;
const sweptEvery = 1_000;
/** Notes that wait for the database. */
const mostWaiting = 1_000;
const mostAtOnce = 200;
const longestSubject = 300;

/** Who did what, written down in order and never changed. */
export class AuditLog implements Audit {
  readonly #database: () => Promise<Database>;
  readonly #log: Log;
  #waiting: AuditNote[] = [];
  #writing: Promise<void> | undefined;
  #written = 0;
  #failing = false;

  constructor(database: () => Promise<Database>, log: Log) {
    this.#database = database;
    this.#log = log;
  }

  note(entry: AuditNote): void {
    if (this.#waiting.length >= mostWaiting) {
      this.#fail(new Error(`${mostWaiting} notes wait already`));
      return;
    }
    this.#waiting.push(entry);
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  /** Waits until everything is written down that was noted. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  /** A page, newest first. @param filter of an action, or of somebody. */
  async page(limit: number, before?: number, filter: { action?: string; by?: string } = {}): Promise<AuditPage> {
    await this.settled();
    const { query } = await this.#database();
    let rows = query.selectFrom('audit').selectAll();
    if (before !== undefined) rows = rows.where('seq', '<', before);
    if (filter.action !== undefined) rows = rows.where('action', '=', filter.action);
    if (filter.by !== undefined) rows = rows.where('by', '=', filter.by);
    const found = await rows
      .orderBy('seq', 'desc')
      .limit(limit + 1)
      .execute();
    const entries = found
      .slice(0, limit)
      .map(({ subject, ...entry }) => ({ ...entry, ...(subject === null ? {} : { subject }) }));
    const last = entries.at(-1);
    return { entries, ...(found.length > limit && last !== undefined ? { next: last.seq } : {}) };
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const notes = this.#waiting.splice(0, mostAtOnce);
      try {
        await this.#insert(notes);
        this.#failing = false;
      } catch (error) {
        this.#fail(error);
      }
    }
  }

  async #insert(notes: readonly AuditNote[]): Promise<void> {
    const { query } = await this.#database();
    const rows = notes.map(({ subject, ...note }) => ({ ...note, subject: subject?.slice(0, longestSubject) ?? null }));
    await query.insertInto('audit').values(rows).execute();
    this.#written += rows.length;
    if (this.#written < sweptEvery) return;
    this.#written = 0;
    await this.#sweep();
  }

  async #sweep(): Promise<void> {
    const { query } = await this.#database();
    const newest = await query.selectFrom('audit').select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst();
    for (const { action } of await query.selectFrom('audit').select('action').distinct().execute()) {
      const ofAction = query.selectFrom('audit').select('seq').where('action', '=', action);
      const spare = await ofAction.orderBy('seq', 'desc').offset(keptOfAction).limit(1).executeTakeFirst();
      if (spare === undefined) continue;
      const last = Math.min(spare.seq, (newest?.seq ?? 0) - kept);
      await query.deleteFrom('audit').where('action', '=', action).where('seq', '<=', last).execute();
    }
  }

  /** Once for a row of failures: a full disk must not fill with lines that say so. */
  #fail(cause: unknown): void {
    if (this.#failing) return;
    this.#failing = true;
    this.#log.error(`The audit could not be written down: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}
