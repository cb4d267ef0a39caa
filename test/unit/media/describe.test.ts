import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { describeStream } from '../../../src/media/rtsp/describe.ts';

const credentials = { username: 'admin', password: 'secret' };

/** A camera that answers every request as the test says; its address. */
async function camera(t: TestContext, answer: (socket: Socket) => unknown): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.setNoDelay().on('error', () => undefined));
    socket.on('data', () => void answer(socket));
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `rtsp://127.0.0.1:${(server.address() as AddressInfo).port}/front`;
}

function ask(url: string) {
  return describeStream(url, credentials, new AbortController().signal);
}

describe('the question what a camera sends', { timeout: 20_000 }, () => {
  test('is answered in as many pieces as the camera likes', async (t) => {
    const body = `v=0\r\nm=video 0 RTP/AVP 26\r\na=x:${'x'.repeat(1000)}\r\n`;
    const text = `RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const url = await camera(t, async (socket) => {
      for (const character of text) {
        socket.write(character);
        await turn();
      }
    });
    assert.deepEqual(await ask(url), [{ media: 'video', codec: 'JPEG', clockRate: 90_000, control: '' }]);
  });

  test('is given up when the answer is longer than cameras send', async (t) => {
    for (const answer of [
      `RTSP/1.0 401 No\r\nWWW-Authenticate: Digest ${'a'.repeat(100_000)}\r\n\r\n`,
      `RTSP/1.0 401 No\r\nWWW-Authenticate: Digest ${'a'.repeat(5000)}\r\n\r\n`,
      'RTSP/1.0 200 OK\r\nContent-Length: 100000\r\n\r\n',
    ]) {
      const url = await camera(t, (socket) => socket.write(answer));
      await assert.rejects(ask(url), { name: 'ES_CAMERA_UNREACHABLE', message: /RTSP message is too long/ });
    }
  });

  test('of a web server is known as such', async (t) => {
    const url = await camera(t, (socket) => socket.write('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'));
    await assert.rejects(ask(url), { name: 'ES_CAMERA_UNREACHABLE', hint: /web server.*port 554/ });
  });

  test('does not let the answer steer a terminal', async (t) => {
    const url = await camera(t, (socket) =>
      socket.write('RTSP/1.0 500 \x1b[31mEVIL\x1b]0;pwned\x07\nforged\x9b\r\n\r\n', 'latin1'),
    );
    await assert.rejects(ask(url), {
      name: 'ES_CAMERA_UNREACHABLE',
      message: 'The camera answered "RTSP/1.0 500  [31mEVIL ]0;pwned forged ".',
    });
  });
});
