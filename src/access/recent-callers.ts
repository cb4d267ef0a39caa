import type { Caller } from '../contracts/access.ts';
import type { Clock } from '../contracts/ports.ts';

/** What another process changes, as the command line does, counts after this. */
const rememberedMs = 2_000;
const mostRemembered = 500;

/** Who asked just now: a page with a dozen live pictures must not ask the database for each of them. */
export class RecentCallers {
  readonly #clock: Pick<Clock, 'monotonic'>;
  #known = new Map<string, { caller: Caller; until: number }>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** Only who is known is remembered: what strangers bring takes no memory. */
  async find(key: string, look: () => Promise<Caller | undefined>): Promise<Caller | undefined> {
    const now = this.#clock.monotonic();
    const recent = this.#known.get(key);
    if (recent !== undefined && recent.until > now) return recent.caller;
    this.#known.delete(key);
    const known = this.#known;
    const caller = await look();
    // Cleared meanwhile: what was read may be of before.
    if (caller === undefined || known !== this.#known) return caller;
    this.#known.set(key, { caller, until: now + rememberedMs });
    const [oldest] = this.#known.keys();
    if (this.#known.size > mostRemembered && oldest !== undefined) this.#known.delete(oldest);
    return caller;
  }

  clear(): void {
    this.#known = new Map();
  }
}
