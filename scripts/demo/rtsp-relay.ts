import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { Credentials } from '../../src/media/rtsp/authorization.ts';
import type { SdpMedia } from '../../src/media/rtsp/sdp.ts';
import type { Access } from './rtsp/access.ts';
import { Faults } from './rtsp/faults.ts';
import { PublishedStream } from './rtsp/published-stream.ts';
import type { RtpPacket } from './rtsp/rtp.ts';
import { Session, type SessionHost } from './rtsp/session.ts';

export interface RelayOptions {
  /** 0 picks a free port. */
  port?: number;
  /** Asked of players; publishers need none. */
  credentials?: Credentials;
  scheme?: 'basic' | 'digest';
  /** Stamps `RtpPacket.arrivedAt`; default Date.now. */
  now?: () => number;
  /** For the faults. */
  random?: () => number;
}

const host = '127.0.0.1';

/**
 * A small RTSP server for the demo and the tests: an ffmpeg publishes (ANNOUNCE, RECORD), players pull over TCP or
 * UDP with Basic or Digest authentication. It relays packets as they are, whatever the codec, and listens on
 * 127.0.0.1 only.
 */
export class RtspRelay {
  /** What tests do to the streams. */
  readonly faults: Faults;
  readonly #options: RelayOptions;
  readonly #server: Server;
  readonly #sessions = new Set<Session>();
  readonly #streams = new Map<string, PublishedStream>();
  readonly #watchers = new Set<(packet: RtpPacket) => void>();
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(options: RelayOptions = {}) {
    this.#options = options;
    this.faults = new Faults(options.random ?? Math.random);
    const sessionHost = this.#sessionHost();
    this.#server = createServer((socket) => {
      const session = new Session(sessionHost, socket, () => this.#sessions.delete(session));
      this.#sessions.add(session);
    });
    // A port in use is told by listen(); a connection that fails to be accepted is the player's matter.
    this.#server.on('error', () => undefined);
  }

  /** @returns the port. Rejects when it is in use (EADDRINUSE). */
  async listen(): Promise<number> {
    this.#server.listen(this.#options.port ?? 0, host);
    await once(this.#server, 'listening');
    return this.port;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Where players find a path such as `/front`. */
  url(path: string): string {
    return `rtsp://${host}:${this.port}${path}`;
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

  #sessionHost(): SessionHost {
    const { credentials, scheme = 'digest', now = Date.now } = this.#options;
    const access: Access = { scheme, ...(credentials === undefined ? {} : { credentials }) };
    return {
      host,
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
    const stream = new PublishedStream(path, description, this.faults, (packet) => {
      for (const watcher of this.#watchers) watcher(packet);
    });
    this.#streams.set(path, stream);
    for (const resolve of this.#waiting.get(path) ?? []) resolve();
    this.#waiting.delete(path);
    return stream;
  }
}
