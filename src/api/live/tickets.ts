import type { Caller } from '../../contracts/access.ts';
import type { LiveTicket } from '../../contracts/api.ts';
import type { Clock } from '../../contracts/ports.ts';
import { Problem } from '../problem.ts';

const validSeconds = 30;
/** More pages than this do not open within half a minute. */
const mostValid = 200;
/** Of one account: nobody takes all of them away from the others. */
const mostOfAccount = 50;

/** Who fetched a ticket. */
export interface Holder {
  caller: Caller;
  /** Asks anew whether it is still the same who may see the same; absent where that cannot change. */
  isStill?: (() => Promise<boolean>) | undefined;
}

interface Valid extends Holder {
  /** Monotonic ms. */
  until: number;
}

/** Admits WebSockets of those who fetched a ticket: each once, within half a minute. */
export class Tickets {
  readonly #clock: Clock;
  readonly #newSecret: () => string;
  /** By ticket, oldest first. */
  readonly #valid = new Map<string, Valid>();

  constructor(clock: Clock, newSecret: () => string) {
    this.#clock = clock;
    this.#newSecret = newSecret;
  }

  /** @throws Problem 503 when too many are out. */
  issue(holder: Holder): LiveTicket {
    this.#forgetExpired();
    const { account } = holder.caller;
    const own = account === undefined ? 0 : this.#ownedBy(account);
    if (this.#valid.size >= mostValid || own >= mostOfAccount) {
      throw new Problem(503, 'Too many tickets wait to be used.', { headers: { 'Retry-After': String(validSeconds) } });
    }
    const ticket = this.#newSecret();
    this.#valid.set(ticket, { ...holder, until: this.#clock.monotonic() + validSeconds * 1000 });
    return { ticket, expiresInSeconds: validSeconds };
  }

  /** Who fetched a valid ticket; it stays valid. */
  holder(ticket: string): Holder | undefined {
    this.#forgetExpired();
    return this.#valid.get(ticket);
  }

  useUp(ticket: string): void {
    this.#valid.delete(ticket);
  }

  #ownedBy(account: string): number {
    return [...this.#valid.values()].filter(({ caller }) => caller.account === account).length;
  }

  #forgetExpired(): void {
    const now = this.#clock.monotonic();
    for (const [ticket, { until }] of this.#valid) {
      if (until > now) return;
      this.#valid.delete(ticket);
    }
  }
}
