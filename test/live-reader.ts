import type { WebSocket } from 'ws';
import type { LiveMessage } from '../src/contracts/api.ts';

interface Waiter {
  fits: (message: LiveMessage) => boolean;
  resolve: (message: LiveMessage) => void;
}

/** Reads a live WebSocket for a test: every message is looked at, past or to come. */
export class LiveReader {
  readonly messages: LiveMessage[] = [];
  /** The code of its end. */
  readonly closed: Promise<number>;
  #waiters: Waiter[] = [];

  constructor(socket: WebSocket) {
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.once('close', resolve);
    });
    socket.on('message', (data: Buffer) => {
      this.#take(JSON.parse(data.toString()) as LiveMessage);
    });
  }

  /** The first message that fits; a test that waits in vain is ended by its own limit. */
  next(fits: (message: LiveMessage) => boolean): Promise<LiveMessage> {
    const before = this.messages.find(fits);
    if (before !== undefined) return Promise.resolve(before);
    return new Promise((resolve) => {
      this.#waiters.push({ fits, resolve });
    });
  }

  #take(message: LiveMessage): void {
    this.messages.push(message);
    for (const { resolve } of this.#waiters.filter(({ fits }) => fits(message))) resolve(message);
    this.#waiters = this.#waiters.filter(({ fits }) => !fits(message));
  }
}
