import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { readRtspHead, withBody, writeRtspMessage, type RtspMessage } from '../rtsp/message.ts';
import { challengeOf, mayPass, type Access } from './access.ts';
import type { Player, PublishedStream, TrackSink } from './published-stream.ts';
import { interleavedSink, longestQueue, UdpSink } from './sinks.ts';

/** What a session asks of the relay that it belongs to. */
export interface SessionHost {
  readonly access: Access;
  stream(path: string): PublishedStream | undefined;
  /** @returns the stream to publish to; replaces nothing that is still published */
  publish(path: string, description: string): PublishedStream | undefined;
  unpublish(stream: PublishedStream): void;
  now(): number;
}

interface Request {
  method: string;
  path: string;
  track: number;
  url: string;
  message: RtspMessage;
}

interface Reply {
  status: string;
  headers?: Record<string, string>;
  body?: string;
}

const interleavedMark = 0x24;
/** Whoever neither plays nor publishes is gone after this long without a word. */
const idleMs = 60_000;
/** Requests that came before the one in work is answered; players ask one thing after the other. */
const mostWaiting = 16;
/** Frames of two channels, or packets to two ports: RTP, and RTCP at the next number. */
const [highestChannel, highestPort] = [254, 65_534];

/** One connection of a player or publisher: reads requests and interleaved packets, answers, and cleans up. */
export class Session implements Player {
  readonly tracks = new Map<number, TrackSink>();
  readonly #host: SessionHost;
  readonly #socket: Socket;
  readonly #id = randomBytes(6).toString('hex');
  readonly #nonce = randomBytes(8).toString('hex');
  #received: Buffer = Buffer.alloc(0);
  #announced: { path: string; description: string } | undefined;
  #publishing: PublishedStream | undefined;
  #chosen: PublishedStream | undefined;
  /** Requests are answered one after the other, though SETUP over UDP takes a moment. */
  #work = Promise.resolve();
  #waiting = 0;

  constructor(host: SessionHost, socket: Socket, onClose: () => void) {
    this.#host = host;
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setTimeout(idleMs, () => {
      if (this.#chosen?.players.has(this) !== true && !this.publishes) this.hangUp();
    });
    socket.on('data', (chunk) => {
      this.#read(chunk);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#cleanUp();
      onClose();
    });
  }

  get publishes(): boolean {
    return this.#publishing !== undefined;
  }

  hangUp(): void {
    this.#socket.destroy();
  }

  #cleanUp(): void {
    this.#chosen?.players.delete(this);
    for (const sink of this.tracks.values()) sink.close();
    this.tracks.clear();
    if (this.#publishing !== undefined) this.#host.unpublish(this.#publishing);
  }

  #read(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    try {
      while (this.#received.length >= 4 && this.#takeOne());
    } catch {
      // Not RTSP, or more than anybody asks: nothing that could be answered.
      this.hangUp();
    }
  }

  /** @returns false when the next message is not complete yet */
  #takeOne(): boolean {
    if (this.#received[0] === interleavedMark) {
      const end = 4 + this.#received.readUInt16BE(2);
      if (this.#received.length < end) return false;
      const channel = this.#received[1] ?? 0;
      this.#publishing?.publish(channel >> 1, this.#received.subarray(4, end), channel % 2 === 1, this.#host.now());
      this.#received = this.#received.subarray(end);
      return true;
    }
    const head = readRtspHead(this.#received);
    const message = head === undefined ? undefined : withBody(head, this.#received);
    if (message === undefined) return false;
    this.#received = this.#received.subarray(message.length);
    // Who asks and asks and reads no answer would fill the memory.
    if (this.#waiting === mostWaiting || this.#socket.writableLength > 2 * longestQueue) {
      throw new RangeError('Too many requests wait for their answer.');
    }
    this.#waiting += 1;
    this.#work = this.#work
      .then(() => this.#answer(message))
      .catch(() => {
        this.hangUp();
      })
      .finally(() => {
        this.#waiting -= 1;
      });
    return true;
  }

  async #answer(message: RtspMessage): Promise<void> {
    const [method = '', url = ''] = message.startLine.split(' ');
    if (method.startsWith('RTSP/')) return;
    const { status, headers = {}, body = '' } = await this.#handle({ method, url, ...partsOf(url), message });
    const sequence = message.headers.get('cseq')?.[0] ?? '0';
    this.#socket.write(writeRtspMessage(`RTSP/1.0 ${status}`, { CSeq: sequence, ...headers }, body));
    if (method === 'PLAY' && status === ok) this.#chosen?.play(this);
    if (method === 'TEARDOWN') this.#socket.end();
  }

  #handle(request: Request): Reply | Promise<Reply> {
    const handlers: Readonly<Record<string, (request: Request) => Reply | Promise<Reply>>> = {
      OPTIONS: () => ({ status: ok, headers: { Public: methods } }),
      DESCRIBE: (asked) => this.#describe(asked),
      ANNOUNCE: (asked) => this.#announce(asked),
      SETUP: (asked) => this.#setup(asked),
      RECORD: () => this.#record(),
      PLAY: () => this.#play(),
      PAUSE: () => this.#pause(),
      TEARDOWN: () => this.#done(),
      GET_PARAMETER: () => this.#done(),
      SET_PARAMETER: () => this.#done(),
    };
    const handler = Object.hasOwn(handlers, request.method) ? handlers[request.method] : undefined;
    if (handler === undefined) return { status: '501 Not Implemented' };
    if (this.#mayPass(request)) return handler(request);
    return { status: '401 Unauthorized', headers: { 'WWW-Authenticate': challengeOf(this.#host.access, this.#nonce) } };
  }

  /** Publishing needs no password, which ffmpeg could only be told on its command line: only this machine may. */
  #mayPass({ method, message }: Request): boolean {
    if (method === 'OPTIONS' || method === 'ANNOUNCE' || this.#announced !== undefined) return true;
    return mayPass(this.#host.access, method, message.headers.get('authorization')?.[0], this.#nonce);
  }

  #describe({ path, url }: Request): Reply {
    const stream = this.#host.stream(path);
    if (stream === undefined) return { status: notFound };
    const headers = { 'Content-Base': `${url.replace(/\/$/, '')}/`, 'Content-Type': 'application/sdp' };
    return { status: ok, headers, body: stream.description };
  }

  #announce({ path, message }: Request): Reply {
    const { localAddress, remoteAddress = '' } = this.#socket;
    if (remoteAddress !== localAddress && !isThisMachine(remoteAddress)) return { status: forbidden };
    this.#announced = { path, description: message.body };
    return { status: ok };
  }

  async #setup({ path, track, message }: Request): Promise<Reply> {
    const transport = message.headers.get('transport')?.[0] ?? '';
    const [, channels, channel = ''] = /interleaved=((\d+)-\d+)/.exec(transport) ?? [];
    if (this.#announced !== undefined) {
      if (channels === undefined) return { status: unsupportedTransport };
      return this.#ready(`RTP/AVP/TCP;unicast;interleaved=${channels};mode=record`);
    }
    const stream = this.#host.stream(path);
    if (stream?.media[track] === undefined) return { status: notFound };
    if (Number(channel) > highestChannel) return { status: unsupportedTransport };
    this.#chosen = stream;
    if (channels !== undefined) {
      this.tracks.set(track, interleavedSink(this.#socket, Number(channel)));
      return this.#ready(`RTP/AVP/TCP;unicast;interleaved=${channels}`);
    }
    const [, ports, port = ''] = /client_port=((\d+)-\d+)/.exec(transport) ?? [];
    if (ports === undefined || !(Number(port) >= 1 && Number(port) <= highestPort)) {
      return { status: unsupportedTransport };
    }
    const { localAddress = '', remoteAddress = '' } = this.#socket;
    const sink = await UdpSink.open(localAddress, { host: remoteAddress, port: Number(port) });
    this.tracks.get(track)?.close();
    this.tracks.set(track, sink);
    if (this.#socket.destroyed) this.#cleanUp();
    return this.#ready(`RTP/AVP;unicast;client_port=${ports};server_port=${sink.ports.join('-')}`);
  }

  #record(): Reply {
    const { path, description } = this.#announced ?? {};
    if (path === undefined || description === undefined) return { status: wrongState };
    this.#publishing = this.#host.publish(path, description);
    return this.#publishing === undefined ? { status: forbidden } : this.#done();
  }

  #play(): Reply {
    return this.#chosen === undefined ? { status: wrongState } : this.#done({ Range: 'npt=0.000-' });
  }

  #pause(): Reply {
    this.#chosen?.players.delete(this);
    return this.#done();
  }

  #ready(transport: string): Reply {
    return { status: ok, headers: { Session: `${this.#id};timeout=60`, Transport: transport } };
  }

  #done(headers: Record<string, string> = {}): Reply {
    return { status: ok, headers: { Session: this.#id, ...headers } };
  }
}

const ok = '200 OK';
const forbidden = '403 Forbidden';
const notFound = '404 Not Found';
const wrongState = '455 Method Not Valid in This State';
const unsupportedTransport = '461 Unsupported Transport';
const methods = 'OPTIONS, DESCRIBE, ANNOUNCE, SETUP, RECORD, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER';

/** `rtsp://host/front/streamid=1` is track 1 of `/front`, and so is `rtsp://host/front?query/streamid=1`. */
function partsOf(url: string): { path: string; track: number } {
  const [, stream = url, track = '0'] = /^(.*?)(?:\/(?:streamid|trackID)=(\d+))?\/?$/.exec(url) ?? [];
  const path = decodeURIComponent(URL.parse(stream)?.pathname ?? '/').replace(/\/$/, '');
  return { path: path === '' ? '/' : path, track: Number(track) };
}

function isThisMachine(address: string): boolean {
  return /^(?:::ffff:)?127\./.test(address) || address === '::1';
}
