import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { createServer, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { requirement } from '../requirements.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';
import { watch } from './ingest-watch.ts';
import {
  drawn,
  makeWithFfmpeg,
  soundForms,
  streamServer,
  tone,
  videoForms,
  viewerServer,
  webServer,
} from './test-streams.ts';

/** Serves a folder; everything that was asked for is noted. */
async function folderServer(t: TestContext, folder: string) {
  const asked: string[] = [];
  const url = await webServer(t, (request, response) => {
    const name = (request.url ?? '/').slice(1);
    asked.push(name);
    createReadStream(join(folder, name))
      .on('error', () => response.writeHead(404).end())
      .pipe(response);
  });
  return { url, asked };
}

/** What a camera answers to every request. */
function answering(t: TestContext, answer: (request: IncomingMessage, response: ServerResponse) => void) {
  return webServer(t, answer);
}

async function failureAt(t: TestContext, address: string) {
  const { receiver, ingest } = watch(t, address);
  await receiver.until(() => receiver.states.some(({ error }) => error !== undefined), 'a failure');
  await ingest.stop();
  return receiver.states.find(({ error }) => error !== undefined)?.error;
}

describe('sources of the web', { timeout: 300_000, concurrency: 2 }, () => {
  test('MJPEG, as cameras push it, whatever they call its length', async (t) => {
    const folder = temporaryFolder(t);
    await makeWithFfmpeg(['-f', 'lavfi', '-i', 'testsrc=s=320x180:r=1:d=2', join(folder, 'p%d.jpg')]);
    const pictures = ['p1.jpg', 'p2.jpg'].map((name) => readFileSync(join(folder, name)));
    const url = await answering(t, (_request, response) => {
      response.writeHead(200, {
        'Content-Type': 'multipart/x-mixed-replace; boundary=frame',
        'Content-Length': '999999999',
      });
      let count = 0;
      const timer = setInterval(() => {
        const picture = pictures[(count += 1) % 2] ?? Buffer.alloc(0);
        response.write(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n\r\n`);
        response.write(picture);
        response.write('\r\n');
      }, 100);
      response.on('close', () => {
        clearInterval(timer);
      });
    });
    const { receiver } = watch(t, `${url}/video.mjpg`, { width: 320 });
    await receiver.until(() => receiver.frames.length >= 5, 'pictures');
    assert.match(receiver.last?.detail ?? '', /MJPEG/);
    assert.equal(receiver.frames[0]?.height, 180);
  });

  test('an HLS playlist and an MP4 are played at their own speed, once, and end', async (t) => {
    const folder = temporaryFolder(t);
    const inputs = ['-f', 'lavfi', '-i', 'testsrc=s=320x180:r=10:d=4', '-f', 'lavfi', '-i', 'sine=d=4'];
    const forms = [...videoForms.h264, ...soundForms.AAC];
    await makeWithFfmpeg([...inputs, ...forms, '-movflags', '+faststart', join(folder, 'clip.mp4')]);
    await makeWithFfmpeg([...inputs, ...forms, '-hls_time', '1', '-hls_list_size', '0', join(folder, 'live.m3u8')]);
    const { url } = await folderServer(t, folder);
    const longServer = await answering(t, (_request, response) => {
      const bytes = readFileSync(join(folder, 'clip.mp4'));
      response.writeHead(200, { 'Content-Type': 'video/mp4', 'Content-Length': bytes.length }).end(bytes);
    });
    for (const address of [`${url}/live.m3u8`, `${longServer}/clip.mp4`]) {
      const { receiver } = watch(t, address, { width: 320, playback: 'once' });
      await receiver.until(() => receiver.frames.length >= 3 && receiver.windows.length >= 1, 'pictures and sound');
      const first = receiver.frames[0]?.capturedAt ?? 0;
      await receiver.until(() => receiver.last?.status === 'stopped', 'the end');
      assert.equal(receiver.last?.detail, 'The file has ended.');
      assert.ok((receiver.frames.at(-1)?.capturedAt ?? 0) - first > 2000, 'at its own speed');
      assert.equal(
        receiver.states.some(({ error }) => error !== undefined),
        false,
      );
    }
  });

  test('what is wrong is said in words', async (t) => {
    const url = await answering(t, (request, response) => {
      const answers: Record<string, [number, Record<string, string>]> = {
        '/none': [404, {}],
        '/login': [401, { 'WWW-Authenticate': 'Basic realm="x"' }],
        '/post': [405, {}],
        '/still': [200, { 'Content-Type': 'image/jpeg' }],
        '/page': [200, { 'Content-Type': 'text/html; charset=utf-8' }],
        '/circle': [302, { Location: '/circle' }],
      };
      response.writeHead(...(answers[request.url ?? ''] ?? [500, {}])).end();
    });
    const cases = [
      ['/none', 'ES_CAMERA_NOT_FOUND', /no stream under this path/],
      ['/login', 'ES_CAMERA_UNAUTHORISED', /asks for a user name/],
      ['/post', 'ES_CAMERA_UNREACHABLE', /method GET/],
      ['/still', 'ES_STREAM_UNUSABLE', /one picture, not a stream/],
      ['/page', 'ES_STREAM_UNUSABLE', /web page/],
      ['/circle', 'ES_CAMERA_UNREACHABLE', /circle of redirects/],
      ['/broken', 'ES_CAMERA_UNREACHABLE', /HTTP status 500/],
    ] as const;
    for (const [path, name, words] of cases) {
      const error = await failureAt(t, `${url}${path}`);
      assert.equal(error?.name, name, path);
      assert.match(error.message, words);
    }
  });

  test('no redirect and no playlist leads to this machine’s files or to metadata services', async (t) => {
    const folder = temporaryFolder(t);
    const secret = join(folder, 'secret.mp4');
    await makeWithFfmpeg(['-f', 'lavfi', '-i', 'testsrc=s=320x180:r=10:d=1', ...videoForms.h264, secret]);
    const playlist = (entry: string) => `#EXTM3U\n#EXT-X-TARGETDURATION:2\n${entry}\n#EXT-X-ENDLIST\n`;
    const segments = [
      `#EXTINF:1,\nfile://${secret}`,
      `#EXTINF:1,\nfile:${secret}`,
      `#EXTINF:1,\nconcat:${secret}|${secret}`,
      '#EXTINF:1,\nhttp://169.254.169.254/latest/meta-data/x.ts',
      '#EXTINF:1,\nhttp://[::ffff:169.254.169.254]/x.ts',
      '#EXTINF:1,\nrtsp://127.0.0.1/x',
      `#EXT-X-MAP:URI="file://${secret}"\n#EXTINF:1,\nx.mp4`,
      '#EXT-X-KEY:METHOD=AES-128,URI="http://metadata.google.internal/key"\n#EXTINF:1,\nx.ts',
      `#EXTINF:1,\n${secret}`,
    ];
    const targets = [`file://${secret}`, 'http://169.254.169.254/', 'rtsp://127.0.0.1/x', 'gopher://x/'];
    const url = await answering(t, (request, response) => {
      const [, kind, index] = /^\/(list|master|to)(\d+)/.exec(request.url ?? '') ?? [];
      if (request.url === '/film.mp4') response.setHeader('Content-Type', 'video/mp4').end(playlist(segments[3] ?? ''));
      else if (kind === 'to') response.writeHead(302, { Location: targets[Number(index)] ?? '' }).end();
      else if (kind === 'master') response.end(`#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlist${index}.m3u8\n`);
      else if (kind === 'list') response.end(playlist(segments[Number(index)] ?? ''));
      else response.writeHead(404).end();
    });
    const paths = [
      ...targets.map((_target, index) => `/to${index}`),
      ...segments.map((_segment, index) => `/list${index}.m3u8`),
      '/master0.m3u8',
      '/film.mp4',
    ];
    for (const path of paths) {
      const { receiver, ingest } = watch(t, `${url}${path}`);
      await receiver.until(() => receiver.states.some(({ error }) => error !== undefined), `a failure of ${path}`);
      await ingest.stop();
      assert.equal(receiver.frames.length, 0, path);
      // The last one is a path on the server that leads on to it, and is simply not there.
      const name = receiver.states.find(({ error }) => error !== undefined)?.error?.name;
      if (path !== `/list${segments.length - 1}.m3u8`) assert.equal(name, 'ES_BAD_ADDRESS', path);
    }
  });

  test('a login stays with its server, also where a playlist leads on to another one', async (t) => {
    const heard: (string | undefined)[] = [];
    const other = await answering(t, (request, response) => {
      heard.push(request.headers.authorization);
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end();
    });
    const camera = await answering(t, (_request, response) => {
      response.end(`#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n${other}/live.m3u8\n`);
    });
    const login = { username: 'admin', password: 'canary' };
    const { receiver, ingest } = watch(t, `${camera}/live.m3u8`, login);
    await receiver.until(() => receiver.last?.status === 'unauthorised', 'a refusal');
    await ingest.stop();
    assert.deepEqual(heard, [undefined]);
  });

  test('what no camera sends is not read: scripts, session descriptions, text', async (t) => {
    const folder = temporaryFolder(t);
    await makeWithFfmpeg([
      '-f',
      'lavfi',
      '-i',
      'testsrc=s=320x180:r=10:d=1',
      ...videoForms.h264,
      join(folder, 'a.mp4'),
    ]);
    const film = await folderServer(t, folder);
    const bodies: Record<string, string> = {
      '/script': 'ffconcat version 1.0\nfile a.mp4\n',
      '/a.txt': 'any text\n'.repeat(200),
      '/session.sdp': 'v=0\r\nm=video 5000 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n',
    };
    const url = await answering(t, (request, response) => {
      const body = bodies[request.url ?? ''];
      if (body === undefined) response.writeHead(302, { Location: `${film.url}${request.url ?? ''}` }).end();
      else response.end(body);
    });
    for (const path of Object.keys(bodies)) {
      const { receiver, ingest } = watch(t, `${url}${path}`);
      await receiver.until(() => receiver.states.some(({ error }) => error !== undefined), `a failure of ${path}`);
      await ingest.stop();
      assert.equal(receiver.frames.length, 0, path);
      const error = receiver.states.find((state) => state.error !== undefined)?.error;
      assert.equal(error?.name, 'ES_STREAM_UNUSABLE', `${path}: ${error?.message}`);
    }
    assert.deepEqual(film.asked, []);
  });

  test('a gigantic picture is not decoded', async (t) => {
    const file = join(temporaryFolder(t), 'gigantic.jpg');
    await makeWithFfmpeg(['-f', 'lavfi', '-i', 'color=gray:s=6400x6400', '-frames:v', '1', '-q:v', '31', file]);
    const picture = readFileSync(file);
    const url = await answering(t, (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'multipart/x-mixed-replace; boundary=frame' });
      const part = `--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n\r\n`;
      for (let count = 0; count < 3; count += 1) response.write(Buffer.concat([Buffer.from(part), picture]));
      response.end('\r\n');
    });
    const error = await failureAt(t, `${url}/video.mjpg`);
    assert.equal(error?.name, 'ES_STREAM_UNUSABLE', error?.message);
    assert.match(error.message, /larger than 36 megapixels/);
  });

  test('a server that changes its playlist after it was looked at does not lead to files either', async (t) => {
    const folder = temporaryFolder(t);
    const secret = join(folder, 'secret.mp4');
    await makeWithFfmpeg(['-f', 'lavfi', '-i', 'testsrc=s=320x180:r=10:d=1', ...videoForms.h264, secret]);
    let asked = 0;
    const url = await answering(t, (_request, response) => {
      asked += 1;
      const segment = asked === 1 ? 'harmless.ts' : `file://${secret}`;
      response.end(`#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:1,\n${segment}\n#EXT-X-ENDLIST\n`);
    });
    const { receiver, ingest } = watch(t, `${url}/live.m3u8`);
    await receiver.until(() => receiver.states.some(({ error }) => error !== undefined), 'a failure');
    await ingest.stop();
    assert.ok(asked >= 2, 'ffmpeg asked too');
    assert.equal(receiver.frames.length, 0);
  });
});

describe('other sources', { timeout: 300_000 }, () => {
  test('RTMP', async (t) => {
    const forms = [...videoForms.h264, ...soundForms.AAC, '-ar', '44100'];
    const port = await viewerServer(t, (viewerPort) => [
      ...[...drawn(), ...tone, ...forms, '-f', 'flv', '-listen', '1'],
      `rtmp://127.0.0.1:${viewerPort}/live/front`,
    ]);
    const { receiver } = watch(t, `rtmp://127.0.0.1:${port}/live/front`, { width: 320 });
    await receiver.until(
      () => receiver.frames.length >= 3 && receiver.windows.length >= 1,
      'pictures and sound',
      30_000,
    );
  });

  test('rtsps with a certificate that the camera signed itself', async (t) => {
    const folder = temporaryFolder(t);
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder, name));
    const subject = ['-subj', '/CN=camera', '-days', '2', '-nodes', '-newkey', 'rsa:2048'];
    const made = await promisify(execFile)('openssl', [
      'req',
      '-x509',
      ...subject,
      '-keyout',
      key ?? '',
      '-out',
      cert ?? '',
    ]).then(
      () => true,
      () => false,
    );
    if (!requirement(t, made, 'openssl')) return;
    const { relay, publish } = await streamServer(t, { credentials: { username: 'admin', password: 'secret' } });
    await publish(...drawn(), ...tone, ...videoForms.h264, ...soundForms.PCMU);
    const options = { key: readFileSync(key ?? ''), cert: readFileSync(cert ?? '') };
    const sockets = new Set<TLSSocket>();
    const server = createServer(options, (socket) => {
      sockets.add(socket.on('error', () => undefined));
      const plain = connect(relay.port, '127.0.0.1').on('error', () => socket.destroy());
      socket.pipe(plain).pipe(socket);
      socket.on('close', () => plain.destroy());
    });
    server.on('tlsClientError', () => undefined).listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const url = `rtsps://127.0.0.1:${(server.address() as AddressInfo).port}/front`;
    const { receiver } = watch(t, url, { width: 320, username: 'admin', password: 'secret' });
    await receiver.until(() => receiver.frames.length >= 3 && receiver.windows.length >= 1, 'pictures and sound');
    const plain = await failureAt(t, `rtsps://127.0.0.1:${relay.port}/front`);
    assert.equal(plain?.name, 'ES_CAMERA_UNREACHABLE');
  });

  test('a stream of go2rtc by its name', async (t) => {
    const { relay, publish } = await streamServer(t);
    await publish(...drawn(), ...videoForms.h264);
    const { receiver } = watch(t, `go2rtc://127.0.0.1:${relay.port}/front`, { width: 320 });
    await receiver.until(() => receiver.frames.length >= 2, 'pictures');
  });

  test('a webcam that is not there', async (t) => {
    const error = await failureAt(t, '/dev/video97');
    assert.match(error?.name ?? '', /ES_CAMERA_NOT_FOUND|ES_FFMPEG_UNSUITABLE/);
  });
});
