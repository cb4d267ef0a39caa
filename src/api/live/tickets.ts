import type { LiveTicket } from '../../contracts/api.ts';
import type { Clock } from '../../contracts/ports.ts';
import { Problem } from '../problem.ts';

const validSeconds = 30;
/** More pages than this do not open within half a minute. */
const mostValid = 200;

/** Admits WebSockets: each ticket once, for half a minute. */
export class Tickets {
  readonly #clock: Clock;
  readonly #newSecret: () => string;
  /** By ticket, oldest first: monotonic ms until which it is valid. */
  readonly #valid = new Map<string, number>();

  constructor(clock: Clock, newSecret: () => string) {
    this.#clock = clock;
    this.#newSecret = newSecret;
  }

  /** @throws Problem 503 when too many are out. */
  issue(): LiveTicket {
    this.#forgetExpired();
    if (this.#valid.size >= mostValid) {
      throw new Problem(503, 'Too many tickets wait to be used.', { headers: { 'Retry-After': String(validSeconds) } });
    }
    const ticket = this.#newSecret();
    this.#valid.set(ticket, this.#clock.monotonic() + validSeconds * 1000);
    return { ticket, expiresInSeconds: validSeconds };
  }

  /** Uses a ticket up. @returns whether it was valid. */
  redeem(ticket: string): boolean {
    this.#forgetExpired();
    return this.#valid.delete(ticket);
  }

  #forgetExpired(): void {
    const now = this.#clock.monotonic();
    for (const [ticket, until] of this.#valid) {
      if (until > now) return;
      this.#valid.delete(ticket);
    }
  }
}
