import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { PublishedStream } from '../../../src/media/rtsp-server/published-stream.ts';
import { RtspRelay } from '../../../src/media/rtsp-server/relay.ts';
import { Session } from '../../../src/media/rtsp-server/session.ts';
import { requirement } from '../../requirements.ts';

const description = 'v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:streamid=0\r\n';
const closings: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

/** Speaks RTSP by hand. */
class Speaker {
  readonly socket: Socket;
  said = '';

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1').on('error', () => undefined);
    this.socket.on('data', (chunk) => (this.said += chunk.toString('latin1')));
    closings.push(() => this.socket.destroy());
  }

  say(method: string, url: string, headers = '', body = ''): void {
    const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`;
    this.socket.write(`${method} ${url} RTSP/1.0\r\nCSeq: 1\r\n${headers}${length}\r\n${body}`);
  }

  /** The status of the next answer. */
  async ask(method: string, url: string, headers = '', body = ''): Promise<string> {
    this.said = '';
    this.say(method, url, headers, body);
    for (let tries = 0; tries < 200 && !this.said.includes('\r\n\r\n') && !this.socket.destroyed; tries += 1) {
      await sleep(10);
    }
    return this.said.split('\r\n')[0]?.slice('RTSP/1.0 '.length) ?? '';
  }
}

/** A server with one stream of one track, and its publisher. */
async function stream() {
  const relay = new RtspRelay({ now: Date.now });
  const port = await relay.listen();
  closings.unshift(() => relay.close());
  const url = relay.url('/yard');
  const publisher = new Speaker(port);
  await publisher.ask('ANNOUNCE', url, '', description);
  await publisher.ask('RECORD', url);
  assert.equal(relay.tracks('/yard').length, 1);
  return { relay, port, url, publisher };
}

const udp = (port: number) => `Transport: RTP/AVP;unicast;client_port=${port}-${port + 1}\r\n`;
const tcp = (channel: number) => `Transport: RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1}\r\n`;

describe('a player with bad intentions', { timeout: 30_000 }, () => {
  test('cannot make the server throw at its publisher by a port that there is not', async () => {
    const { relay, port, url, publisher } = await stream();
    const player = new Speaker(port);
    assert.equal(await player.ask('SETUP', `${url}/streamid=0`, udp(40_000)), '200 OK');
    assert.equal(await player.ask('PLAY', url), '200 OK');
    for (const bad of [0, 65_535, 99_998]) {
      assert.equal(await player.ask('SETUP', `${url}/streamid=0`, udp(bad)), '461 Unsupported Transport');
    }
    assert.equal(await player.ask('SETUP', `${url}/streamid=0`, tcp(255)), '461 Unsupported Transport');
    publisher.socket.write(Buffer.from([0x24, 0, 0, 12, 0x80, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]));
    await sleep(50);
    assert.equal(relay.tracks('/yard').length, 1, 'it is still published');
  });

  test('cannot open sockets for tracks that there are not', async (t) => {
    if (!requirement(t, process.platform === 'linux', '/proc')) return;
    const { port, url } = await stream();
    const player = new Speaker(port);
    const open = () => readdirSync('/proc/self/fd').length;
    assert.equal(await player.ask('SETUP', `${url}/streamid=1`, udp(40_000)), '404 Not Found');
    const before = open();
    for (let track = 1; track < 10; track += 1) await player.ask('SETUP', `${url}/streamid=${track}`, udp(40_000));
    assert.equal(open(), before);
  });

  test('is hung up on when it asks without waiting for answers', async () => {
    const { port, url } = await stream();
    const player = new Speaker(port);
    const closed = once(player.socket, 'close');
    for (let n = 0; n < 100; n += 1) player.say('SETUP', `${url}/streamid=0`, udp(40_000));
    await closed;
    assert.ok(player.said.split('RTSP/1.0 200').length <= 20);
  });

  test('is hung up on when it asks and reads no answer', async () => {
    const { port, url } = await stream();
    const player = new Speaker(port);
    player.socket.pause();
    await once(player.socket, 'connect');
    const closed = once(player.socket, 'close');
    // 64 KB of description would be 16 MB of answers after 256 requests; here each has 100 bytes.
    const few = `DESCRIBE ${url} RTSP/1.0\r\nCSeq: 1\r\n\r\n`.repeat(10);
    let sent = 0;
    while (!player.socket.destroyed && sent < 200_000) {
      player.socket.write(few);
      sent += 10;
      if (player.socket.writableNeedDrain) await Promise.race([once(player.socket, 'drain'), closed]).catch(() => 0);
    }
    assert.ok(player.socket.destroyed, 'the connection is closed');
  });

  test('names no method of JavaScript', async () => {
    const { port, url } = await stream();
    for (const method of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      assert.equal(await new Speaker(port).ask(method, url), '501 Not Implemented', method);
    }
  });

  test('is gone after a minute without a word when it only set up a track', async () => {
    const published = new PublishedStream(
      '/yard',
      description,
      (packet) => packet,
      () => undefined,
    );
    const host = {
      access: { scheme: 'basic' },
      now: Date.now,
      stream: () => published,
      publish: () => undefined,
      unpublish: () => undefined,
    } as const;
    const accepted: Socket[] = [];
    const server = createServer((socket) => {
      accepted.push(socket);
      new Session(host, socket, () => undefined);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closings.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const [idle, playing] = [new Speaker(port), new Speaker(port)];
    for (const player of [idle, playing]) await player.ask('SETUP', `rtsp://127.0.0.1:${port}/yard`, tcp(0));
    await playing.ask('PLAY', `rtsp://127.0.0.1:${port}/yard`);
    const closed = once(idle.socket, 'close');
    for (const socket of accepted) socket.emit('timeout');
    await closed;
    assert.equal(await playing.ask('OPTIONS', `rtsp://127.0.0.1:${port}/yard`), '200 OK');
  });
});
