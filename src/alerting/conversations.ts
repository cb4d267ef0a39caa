import type { Clock } from '../contracts/ports.ts';
import type { Database } from '../database/database.ts';

/** WhatsApp takes free text for 24 hours after a person's last word; what is under way must arrive within them. */
const openMs = 24 * 3_600_000 - 5 * 60_000;
/** A word from so far in the future says that our clock is wrong. */
const clockOffMs = 5 * 60_000;
/** Of an account; those who have been silent longest go. */
const mostPeople = 1_000;

/** `unknown`: nobody has told us of anything that anybody wrote. */
export type MessageWindow = 'open' | 'closed' | 'unknown';

interface Heard {
  /** When the person wrote, by the provider's clock; null: never, or too long ago. */
  at: number | null;
  /** How long ago that was, by our clock, at `since` of our monotonic clock. */
  age: number;
  since: number;
}

/**
 * Who wrote when to an account. On disk and in memory: while the database fails, what came before it failed is still
 * known. A step of our clock opens no window, since the time that has really passed counts too.
 */
export class Conversations {
  readonly #database: () => Promise<Database>;
  readonly #account: string;
  readonly #clock: Clock;
  readonly #people = new Map<string, Heard>();
  #loading: Promise<void> | undefined;

  constructor(database: () => Promise<Database>, account: string, clock: Clock) {
    this.#database = database;
    this.#account = account;
    this.#clock = clock;
  }

  /** Somebody wrote, or pressed a button. Never rejects. @param at by the provider's clock. */
  async heard(recipient: string, at: number): Promise<void> {
    await this.#loaded();
    if ((this.#people.get(recipient)?.at ?? 0) >= at) return;
    this.#remember(recipient, at);
    await this.#write(recipient, at);
  }

  /** The provider has told us what became of a message: we would hear of what people write. Never rejects. */
  async reached(recipient: string): Promise<void> {
    await this.#loaded();
    if (this.#people.size > 0) return;
    this.#remember(recipient, null);
    await this.#write(recipient, null);
  }

  /** The provider says that the person has not written for a day. Never rejects. */
  async close(recipient: string): Promise<void> {
    await this.#loaded();
    if ((this.#people.get(recipient)?.at ?? null) === null) return;
    this.#remember(recipient, null);
    await this.#write(recipient, null);
  }

  /**
   * Whether a person may be sent free text. Never rejects.
   * @param listens somebody takes in what people write now.
   */
  async windowOf(recipient: string, listens: boolean): Promise<MessageWindow> {
    await this.#loaded();
    const heard = this.#people.get(recipient);
    if (heard !== undefined && this.#isOpen(heard)) return 'open';
    return listens && this.#people.size > 0 ? 'closed' : 'unknown';
  }

  #isOpen({ at, age, since }: Heard): boolean {
    if (at === null) return false;
    const byOurClock = this.#clock.now() - at;
    const passed = Math.max(byOurClock, age + this.#clock.monotonic() - since);
    return passed >= -clockOffMs && passed < openMs;
  }

  #remember(recipient: string, at: number | null): void {
    const age = at === null ? 0 : this.#clock.now() - at;
    this.#people.delete(recipient);
    this.#people.set(recipient, { at, age, since: this.#clock.monotonic() });
    for (const oldest of this.#people.keys()) {
      if (this.#people.size <= mostPeople) break;
      this.#people.delete(oldest);
    }
  }

  /** Once; while the database fails it is tried with each question. */
  async #loaded(): Promise<void> {
    this.#loading ??= this.#load();
    await this.#loading.catch(() => {
      this.#loading = undefined;
    });
  }

  async #load(): Promise<void> {
    const { query } = await this.#database();
    const rows = await query
      .selectFrom('conversations')
      .select(['recipient', 'last_inbound_at'])
      .where('account', '=', this.#account)
      .orderBy('last_inbound_at', 'desc')
      .limit(mostPeople)
      .execute();
    for (const { recipient, last_inbound_at: at } of rows.toReversed()) {
      if (!this.#people.has(recipient)) this.#remember(recipient, at);
    }
  }

  /** What cannot be written down is known until the next start. */
  async #write(recipient: string, at: number | null): Promise<void> {
    try {
      const { query } = await this.#database();
      await query
        .insertInto('conversations')
        .values({ account: this.#account, recipient, last_inbound_at: at })
        .onConflict((conflict) => conflict.columns(['account', 'recipient']).doUpdateSet({ last_inbound_at: at }))
        .execute();
      const newest = query
        .selectFrom('conversations')
        .select('recipient')
        .where('account', '=', this.#account)
        .orderBy('last_inbound_at', 'desc')
        .limit(mostPeople);
      await query
        .deleteFrom('conversations')
        .where('account', '=', this.#account)
        .where('recipient', 'not in', newest)
        .execute();
    } catch {
      // The outbox says that the database fails.
    }
  }
}
