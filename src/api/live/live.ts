import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { LiveHello, LiveMessage, LiveTicket } from '../../contracts/api.ts';
import type { Clock } from '../../contracts/ports.ts';
import { EventMessages } from '../older/event-messages.ts';
import { Parameters } from '../parameters.ts';
import { isLocal } from '../peer.ts';
import { Problem } from '../problem.ts';
import { isCrossSite } from '../same-site.ts';
import { LiveClient } from './client.ts';
import { IncidentFeed, type IncidentFeedOptions } from './incident-feed.ts';
import { Tickets, type Holder } from './tickets.ts';

export interface LiveOptions extends Pick<IncidentFeedOptions, 'watch' | 'newSecret'> {
  clock: Clock;
  /** Told when changes were lost. */
  onFault: (cause: unknown) => void;
}

/** Pages and programs that listen: each costs a socket and what waits for it. */
const mostClients = 250;
/** Of one account: nobody keeps the others from listening. */
const mostOfAccount = 50;
const longestMessageBytes = 64 << 10;

/** Tells connected pages what changes, over WebSockets. */
export class Live {
  readonly #options: LiveOptions;
  readonly #tickets: Tickets;
  readonly #feed: IncidentFeed;
  /** With the account of each, where it has one. */
  readonly #clients = new Map<LiveClient, string | undefined>();
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: longestMessageBytes,
    // Compression costs memory for each connection.
    perMessageDeflate: false,
  });

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#tickets = new Tickets(options.clock, options.newSecret);
    this.#feed = new IncidentFeed({
      watch: options.watch,
      newSecret: options.newSecret,
      send: (message) => {
        for (const client of this.#clients.keys()) client.send(message);
      },
      onLoss: (cause) => {
        this.#closeAll(1012, 'messages were lost: connect again');
        options.onFault(cause);
      },
    });
  }

  /** @throws Problem 503 when too many are out. */
  ticket(holder: Holder): LiveTicket {
    return this.#tickets.issue(holder);
  }

  /** Answers an upgrade of our path at once, with a WebSocket or a refusal; never throws. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // From here on nobody else hears its errors.
    socket.on('error', () => undefined);
    try {
      const { seq, epoch, holder } = this.#admit(request);
      this.#feed.start();
      this.#server.handleUpgrade(request, socket, head, (webSocket) => {
        const { caller: scope, isStill } = holder;
        const options = { scope, isStill, inWords: wordsFor(request.url), clock: this.#options.clock };
        const client = new LiveClient(webSocket, options, (gone) => {
          this.#clients.delete(gone);
        });
        this.#greet(client, this.#feed.since(seq, epoch));
        this.#clients.set(client, holder.caller.account);
      });
    } catch (error) {
      refuse(socket, error);
    }
  }

  /** Ends all connections and listens no more. */
  close(): void {
    this.#feed.stop();
    this.#closeAll(1001, 'going away');
  }

  /** @throws Problem saying why not. */
  #admit(request: IncomingMessage): { seq: number | undefined; epoch: string | undefined; holder: Holder } {
    if (isCrossSite(request)) throw new Problem(403, 'Pages of another origin may not listen.');
    const given = new Parameters(request.url, ['ticket', 'since', 'epoch']);
    const seq = given.integer('since', 0, Number.MAX_SAFE_INTEGER);
    const epoch = given.text('epoch', 100);
    const ticket = given.text('ticket', 100) ?? '';
    const holder = this.#tickets.holder(ticket);
    if (holder === undefined) throw new Problem(401, 'The ticket is missing, used or expired.');
    if (holder.caller.how === 'local' && !isLocal(request))
      throw new Problem(403, 'This ticket is for this machine alone.');
    this.#tickets.useUp(ticket);
    if (this.#clients.size >= mostClients) throw new Problem(503, `${mostClients} pages listen already.`);
    const { account } = holder.caller;
    const own = account === undefined ? [] : [...this.#clients.values()].filter((one) => one === account);
    if (own.length >= mostOfAccount) throw new Problem(503, `${mostOfAccount} pages of this account listen already.`);
    return { seq, epoch, holder };
  }

  #greet(client: LiveClient, missed: readonly string[] | undefined): void {
    const { seq, epoch } = this.#feed;
    client.send(JSON.stringify({ type: 'hello', seq, epoch, resumed: missed !== undefined } satisfies LiveHello));
    for (const message of missed ?? []) client.send(message);
  }

  #closeAll(code: number, reason: string): void {
    for (const client of this.#clients.keys()) client.close(code, reason);
  }
}

/** The path says who listens: a page of ours, or a client of ViolenceSense. */
function wordsFor(url = ''): (message: string) => readonly string[] {
  if (!/^[^?]*\/ws(?:\?|$)/.test(url)) return (message) => [message];
  const events = new EventMessages();
  return (text) => {
    const message = JSON.parse(text) as LiveMessage;
    return message.type === 'hello' ? [text] : events.of(message).map((told) => JSON.stringify(told));
  };
}

function refuse(socket: Duplex, error: unknown): void {
  const problem = error instanceof Problem ? error : new Problem(500, 'Something went wrong here.');
  const body = problem.body();
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? 'Error'}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end([...head, '', body].join('\r\n'), () => socket.destroy());
}
