import type { IncomingMessage } from 'node:http';
import type { Clock } from '../contracts/ports.ts';

/** So many questions at once, and then so many a second. */
export interface Rate {
  readonly atOnce: number;
  readonly perSecond: number;
}

/** Far above what a page with a dozen cameras asks for pictures. */
export const pictureRate: Rate = { atOnce: 60, perSecond: 30 };
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
  readonly #rate: Rate;
  readonly #accounts = new Map<string, Account>();

  constructor(clock: Pick<Clock, 'monotonic'>, rate = pictureRate) {
    this.#clock = clock;
    this.#rate = rate;
  }

  /**
   * Takes one question off the account of a client.
   * @param user name of its login: behind a proxy, everybody has one address.
   * @returns false when nothing is left.
   */
  spend({ socket }: Pick<IncomingMessage, 'socket'>, user = ''): boolean {
    const client = `${socket.remoteAddress ?? ''} ${user}`;
    const { atOnce, perSecond } = this.#rate;
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
