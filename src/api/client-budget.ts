import type { IncomingMessage } from 'node:http';
import type { Clock } from '../contracts/ports.ts';

/** Far above what a page with a dozen cameras asks. */
const perSecond = 30;
const atOnce = 60;
/** Clients that are remembered; who has not asked for longest is forgotten, and may then ask anew. */
const mostClients = 500;

interface Account {
  left: number;
  /** Monotonic ms. */
  at: number;
}

/** How often each client may ask: so many times at once, and then so many times a second. */
export class ClientBudget {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #accounts = new Map<string, Account>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /**
   * Takes one question off the account of a client.
   * @param user name of its login: behind a proxy, everybody has one address.
   * @returns false when nothing is left.
   */
  spend({ socket }: Pick<IncomingMessage, 'socket'>, user = ''): boolean {
    const client = `${socket.remoteAddress ?? ''} ${user}`;
    const now = this.#clock.monotonic();
    const { left, at } = this.#accounts.get(client) ?? { left: atOnce, at: now };
    const filled = Math.min(atOnce, left + ((now - at) / 1000) * perSecond);
    this.#accounts.delete(client);
    this.#accounts.set(client, { left: filled >= 1 ? filled - 1 : filled, at: now });
    const [oldest] = this.#accounts.keys();
    if (this.#accounts.size > mostClients && oldest !== undefined) this.#accounts.delete(oldest);
    return filled >= 1;
  }
}
