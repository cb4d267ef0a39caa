import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { Credentials } from '../rtsp/authorization.ts';
import type { SdpMedia } from '../rtsp/sdp.ts';
import type { Access } from './access.ts';
import { PublishedStream, type PacketPath } from './published-stream.ts';
import type { RtpPacket } from './rtp.ts';
import { Session, type SessionHost } from './session.ts';

export interface RelayOptions {
  /** Address to listen on; default 127.0.0.1, which other machines cannot reach. */
  host?: string;
  /** 0 picks a free port. */
  port?: number;
  /** Asked of players; publishers need none. */
  credentials?: Credentials;
  scheme?: 'basic' | 'digest';
  /** Stamps `RtpPacket.arrivedAt`. */
  now: () => number;
  /** What becomes of packets between publisher and players; by default they pass as they are. */
  alter?: PacketPath;
}

const thisMachine = '127.0.0.1';
/** More connections than a test of cameras needs are not accepted. */
const mostConnections = 200;

/**
 * A small RTSP server: an ffmpeg on this machine publishes (ANNOUNCE, RECORD), players pull over TCP or UDP with
 * Basic or Digest authentication. It relays packets as they are, whatever the codec.
 */
export class RtspRelay {
  readonly #options: RelayOptions;
  readonly #server: Server;
  readonly #sessions = new Set<Session>();
  readonly #streams = new Map<string, PublishedStream>();
  readonly #watchers = new Set<(packet: RtpPacket) => void>();
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(options: RelayOptions) {
    this.#options = options;
    const sessionHost = this.#sessionHost();
    this.#server = createServer((socket) => {
      const session = new Session(sessionHost, socket, () => this.#sessions.delete(session));
      this.#sessions.add(session);
    });
    this.#server.maxConnections = mostConnections;
    // A port in use is told by listen(); a connection that fails to be accepted is the player's matter.
    this.#server.on('error', () => undefined);
  }

  /** @returns the port. Rejects when it is in use (EADDRINUSE) or no address of this machine (EADDRNOTAVAIL). */
  async listen(): Promise<number> {
    this.#server.listen(this.#options.port ?? 0, this.#options.host ?? thisMachine);
    await once(this.#server, 'listening');
    return this.port;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Where players on this machine find a path such as `/front`. */
  url(path: string): string {
    return `rtsp://${this.#reachedAt()}:${this.port}${path}`;
  }

  /** Settles when somebody publishes this path. */
  published(path: string): Promise<void> {
    if (this.#streams.has(path)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.set(path, [...(this.#waiting.get(path) ?? []), resolve]);
    });
  }

  /** The tracks of a published path: kind, codec and clock rate. */
  tracks(path: string): readonly SdpMedia[] {
    return this.#streams.get(path)?.media ?? [];
  }

  /** How many play a path right now. */
  players(path: string): number {
    return this.#streams.get(path)?.players.size ?? 0;
  }

  /** Calls back for every RTP packet of every publisher, before it goes to the players. The result ends that. */
  watch(watcher: (packet: RtpPacket) => void): () => void {
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
    };
  }

  /** Hangs up on all players; publishers stay. */
  kick(): void {
    for (const session of this.#sessions) if (!session.publishes) session.hangUp();
  }

  async close(): Promise<void> {
    for (const session of this.#sessions) session.hangUp();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** A server on all addresses is reached at this machine's own, too. */
  #reachedAt(): string {
    const { host = thisMachine } = this.#options;
    if (host === '0.0.0.0' || host === '::') return thisMachine;
    return host.includes(':') ? `[${host}]` : host;
  }

  #sessionHost(): SessionHost {
    const { credentials, scheme = 'digest', now } = this.#options;
    const access: Access = { scheme, ...(credentials === undefined ? {} : { credentials }) };
    return {
      access,
      now,
      stream: (path) => this.#streams.get(path),
      publish: (path, description) => this.#publish(path, description),
      unpublish: (stream) => {
        if (this.#streams.get(stream.path) === stream) this.#streams.delete(stream.path);
        stream.end();
      },
    };
  }

  #publish(path: string, description: string): PublishedStream | undefined {
    if (this.#streams.has(path)) return undefined;
    const stream = new PublishedStream(path, description, this.#options.alter ?? unaltered, (packet) => {
      for (const watcher of this.#watchers) watcher(packet);
    });
    this.#streams.set(path, stream);
    for (const resolve of this.#waiting.get(path) ?? []) resolve();
    this.#waiting.delete(path);
    return stream;
  }
}

const unaltered: PacketPath = (packet) => packet;
