import type { WebSocket } from 'ws';
import type { Scope } from '../../contracts/access.ts';
import type { Clock } from '../../contracts/ports.ts';
import { scopedMessage } from './scoped-message.ts';

const heartbeatMs = 30_000;
const mostPerSecond = 20;
/** What may wait for a slow reader: more than everything that can be read again. */
const mostBufferedBytes = 8 << 20;
/** How long a connection may take to close in order. */
const closingMs = 5_000;

export interface LiveClientOptions {
  /** What may be told. */
  scope: Scope;
  /** Whether that still holds, asked with every heartbeat. */
  isStill?: (() => Promise<boolean>) | undefined;
  /** The messages that one of ours is to this client. */
  inWords: (message: string) => readonly string[];
  clock: Clock;
}

/** One connected page: it only listens. */
export class LiveClient {
  readonly #socket: WebSocket;
  readonly #scope: Scope;
  readonly #isStill: LiveClientOptions['isStill'];
  readonly #inWords: (message: string) => readonly string[];
  readonly #clock: Clock;
  #answered = true;
  #second = -Infinity;
  #received = 0;
  #cancel: () => void;

  /** @param onEnd told once when the connection is gone. */
  constructor(
    socket: WebSocket,
    { scope, isStill, inWords, clock }: LiveClientOptions,
    onEnd: (client: LiveClient) => void,
  ) {
    this.#socket = socket;
    this.#scope = scope;
    this.#isStill = isStill;
    this.#inWords = inWords;
    this.#clock = clock;
    this.#cancel = clock.after(heartbeatMs, this.#beat);
    // ws reports what a client does wrong as an error and closes; unheard, it would end the process.
    socket.on('error', () => undefined);
    socket.on('pong', () => {
      this.#answered = true;
      this.#count();
    });
    socket.on('ping', this.#count);
    socket.on('message', this.#count);
    socket.once('close', () => {
      this.#cancel();
      onEnd(this);
    });
  }

  /** Tells as much of a message as may be told here. */
  send(whole: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    const message = scopedMessage(this.#scope, whole);
    if (message === undefined) return;
    for (const words of this.#inWords(message)) this.#hand(words);
  }

  #hand(message: string): void {
    if (this.#socket.bufferedAmount + message.length > mostBufferedBytes) this.close(1013, 'reads too slowly');
    else this.#socket.send(message);
  }

  /** Ends the connection; one that does not take part is cut off. */
  close(code: number, reason: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.close(code, reason);
    this.#cancel();
    this.#cancel = this.#clock.after(closingMs, () => {
      this.#socket.terminate();
    });
  }

  readonly #beat = (): void => {
    if (!this.#answered) {
      this.#socket.terminate();
      return;
    }
    this.#answered = false;
    this.#socket.ping();
    void this.#askAnew();
    this.#cancel = this.#clock.after(heartbeatMs, this.#beat);
  };

  /** Who logged out, was disabled or may see something else since comes back with a new ticket, if at all. */
  async #askAnew(): Promise<void> {
    // While nobody can be asked, what held goes on to hold: alarms must not stop for a database that is down.
    const holds = (await this.#isStill?.().catch(() => true)) ?? true;
    if (!holds) this.close(1008, 'log in again');
  }

  /** What it sends is not read, only counted. */
  readonly #count = (): void => {
    const now = this.#clock.monotonic();
    if (now - this.#second >= 1000) {
      this.#second = now;
      this.#received = 0;
    }
    this.#received += 1;
    if (this.#received > mostPerSecond) this.close(1008, 'too many messages');
  };
}
