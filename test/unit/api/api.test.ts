import assert from 'node:assert/strict';
import { symlinkSync, writeFileSync } from 'node:fs';
import { createServer, IncomingMessage, request as httpRequest, ServerResponse } from 'node:http';
import { connect, Socket, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, test, type TestContext } from 'node:test';
import { Api, type ApiHost } from '../../../src/api/api.ts';
import { answerEvidence } from '../../../src/api/evidence-answer.ts';
import { SentinelError } from '../../../src/contracts/errors.ts';
import { assertMatches } from '../../../src/contracts/guards.ts';
import { HealthReport } from '../../../src/contracts/health.ts';
import type { EvidenceItem } from '../../../src/contracts/messages.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { apiHost, callerBy } from './api-host.ts';
import { serveApi } from './api-server.ts';

async function waitFor(isSo: () => boolean): Promise<void> {
  for (let n = 0; n < 3000 && !isSo(); n++) await sleep(10);
  assert.ok(isSo());
}

const id = '0123456789abcdef0123456789abcdef';
const bytes = Buffer.from(Array.from({ length: 1000 }, (_, n) => n % 251));
const item: EvidenceItem = {
  id,
  type: 'audio',
  source: 'front',
  mime: 'audio/wav',
  bytes: bytes.length,
  sha256: '0'.repeat(64),
  capturedAt: 1_700_000_000_000,
};
const report: HealthReport = {
  status: 'degraded',
  version: '0.1.0',
  sites: [
    {
      site: 'home',
      name: 'Home',
      sources: [{ source: 'front', area: 'shop', type: 'camera', status: 'stalled', detail: 'no picture', since: 1 }],
      models: [{ model: 'nanodet-g-416', backend: 'onnxruntime-node', ok: true }],
      outbox: { queued: 1, failed: 0 },
      database: 'ok',
    },
  ],
};

function host(over: Partial<ApiHost> = {}): ApiHost {
  return apiHost({
    health: () => Promise.resolve(report),
    metrics: () => Promise.resolve('# HELP frames_captured_total Frames.\nframes_captured_total 5\n'),
    ...over,
  });
}

function serve(t: TestContext, over: Partial<ApiHost> = {}): Promise<string> {
  return serveApi(t, host(over));
}

async function serveFile(t: TestContext): Promise<string> {
  const file = join(temporaryFolder(t), 'sound.wav');
  writeFileSync(file, bytes);
  return serve(t, { evidence: (asked) => Promise.resolve(asked === id ? { item, file } : undefined) });
}

async function problemOf(response: Response): Promise<{ status: number; detail: string }> {
  assert.equal(response.headers.get('content-type'), 'application/problem+json; charset=utf-8');
  const body = (await response.json()) as { status: number; title: string; detail: string };
  assert.equal(body.status, response.status);
  return body;
}

describe('health and metrics', () => {
  test('come with their content types and are not cached', async (t) => {
    const address = await serve(t);
    const health = await fetch(`${address}/api/v1/health?x=1`);
    assert.equal(health.status, 200);
    assert.equal(health.headers.get('content-type'), 'application/json; charset=utf-8');
    assert.equal(health.headers.get('cache-control'), 'private, no-store');
    const body = await health.json();
    assertMatches(HealthReport, body, 'health report');
    assert.deepEqual(body, report);
    const metrics = await fetch(`${address}/metrics`);
    assert.equal(metrics.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    assert.match(await metrics.text(), /^frames_captured_total 5$/m);
  });

  test('answer HEAD with the headers alone and refuse to be written', async (t) => {
    const address = await serve(t);
    const head = await fetch(`${address}/metrics`, { method: 'HEAD' });
    assert.equal(head.status, 200);
    assert.equal(Number(head.headers.get('content-length')) > 0, true);
    assert.equal(await head.text(), '');
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const refused = await fetch(`${address}/api/v1/health`, { method });
      assert.equal(refused.status, 405);
      assert.equal(refused.headers.get('allow'), 'GET, HEAD');
      await problemOf(refused);
    }
  });
});

describe('evidence', () => {
  test('is served whole, as what it is, and to nobody else', async (t) => {
    const response = await fetch(`${await serveFile(t)}/api/v1/evidence/${id}`);
    assert.equal(response.status, 200);
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), bytes);
    assert.equal(response.headers.get('content-type'), 'audio/wav');
    assert.equal(response.headers.get('accept-ranges'), 'bytes');
    assert.equal(response.headers.get('cache-control'), 'private, no-store');
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(response.headers.get('cross-origin-resource-policy'), 'same-origin');
  });

  const ranges: readonly (readonly [header: string, status: number, start: number, end: number])[] = [
    ['bytes=0-99', 206, 0, 99],
    ['bytes=100-', 206, 100, 999],
    ['bytes=-50', 206, 950, 999],
    ['bytes=990-5000', 206, 990, 999],
    ['bytes=-5000', 206, 0, 999],
    ['bytes=999-999', 206, 999, 999],
    ['bytes=9-5', 200, 0, 999],
    ['bytes=0-1,5-6', 200, 0, 999],
    ['bytes=-', 200, 0, 999],
    ['lines=1-2', 200, 0, 999],
  ];
  test('is served in parts', async (t) => {
    const address = await serveFile(t);
    for (const [range, status, start, end] of ranges) {
      const response = await fetch(`${address}/api/v1/evidence/${id}`, { headers: { range } });
      assert.equal(response.status, status, range);
      assert.deepEqual(Buffer.from(await response.arrayBuffer()), bytes.subarray(start, end + 1), range);
      assert.equal(response.headers.get('content-range'), status === 206 ? `bytes ${start}-${end}/1000` : null);
    }
  });

  test('refuses a part beyond the end, and answers HEAD without bytes', async (t) => {
    const address = await serveFile(t);
    for (const range of ['bytes=1000-', 'bytes=-0', 'bytes=99999999999999999999-']) {
      const response = await fetch(`${address}/api/v1/evidence/${id}`, { headers: { range } });
      assert.equal(response.status, 416, range);
      assert.equal(response.headers.get('content-range'), 'bytes */1000');
      await problemOf(response);
    }
    const head = await fetch(`${address}/api/v1/evidence/${id}`, { method: 'HEAD', headers: { range: 'bytes=0-9' } });
    assert.equal(head.status, 206);
    assert.equal(head.headers.get('content-length'), '10');
  });

  const hostile = [
    '../../etc/passwd',
    '..%2f..%2fetc%2fpasswd',
    '%2e%2e/%2e%2e/etc/passwd',
    '..\\..\\etc\\passwd',
    `${id}%00.jpg`,
    `${id}/../${id}`,
    `${id}.wav`,
    `${id}/`,
    id.toUpperCase(),
    '/etc/passwd',
    'CON',
    'evidence/2026-11-21/x.jpg',
    '',
    'f'.repeat(32),
  ];
  test('is found by its id alone: anything else is 404 and never reaches the store as a path', async (t) => {
    const asked: string[] = [];
    const address = await serve(t, {
      evidence: (wanted) => {
        asked.push(wanted);
        return Promise.resolve(undefined);
      },
    });
    for (const name of hostile) {
      // Sent as it stands: fetch would tidy the dots away.
      const { status, type } = await rawGet(address, `/api/v1/evidence/${name}`);
      assert.equal(status, 404, name);
      assert.equal(type, 'application/problem+json; charset=utf-8', name);
    }
    assert.deepEqual(asked, ['f'.repeat(32)]);
  });

  test('is read by 32 at once; more are asked to come again', async (t) => {
    let answer: (found: undefined) => void = () => undefined;
    const slow = new Promise<undefined>((resolve) => {
      answer = resolve;
    });
    let asked = 0;
    let allAsked: () => void = () => undefined;
    const full = new Promise<void>((resolve) => {
      allAsked = resolve;
    });
    const address = await serve(t, {
      evidence: () => {
        asked += 1;
        if (asked === 32) allAsked();
        return slow;
      },
    });
    const ask = () => fetch(`${address}/api/v1/evidence/${id}`);
    const readers = Array.from({ length: 32 }, ask);
    await full;
    const refused = await ask();
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get('retry-after'), '5');
    await problemOf(refused);
    answer(undefined);
    for (const reader of await Promise.all(readers)) assert.equal(reader.status, 404);
    assert.equal((await ask()).status, 404, 'there is room again');
  });

  test('is written down for who reads all but its beginning, once for all its parts', async (t) => {
    const file = join(temporaryFolder(t), 'a.wav');
    writeFileSync(file, bytes);
    const noted: string[] = [];
    const address = await serve(t, {
      evidence: () => Promise.resolve({ item, file }),
      note: (_caller, action, subject = '') => noted.push(`${action} ${subject}`),
    });
    for (const range of ['bytes=1-', 'bytes=500-', 'bytes=900-999']) {
      const part = await fetch(`${address}/api/v1/evidence/${id}`, { headers: { range } });
      assert.equal(part.status, 206);
      await part.arrayBuffer();
    }
    // What is read first is written down first: the next reading has come behind.
    await (await fetch(`${address}/api/v1/evidence/${'a'.repeat(32)}`)).arrayBuffer();
    await waitFor(() => noted.length >= 2);
    assert.deepEqual(noted, [`evidence.read ${id}`, `evidence.read ${'a'.repeat(32)}`]);
  });

  test('leaves room for others, however slowly one account reads', async (t) => {
    let account = 'eve';
    const { promise: slow, resolve: answer } = Promise.withResolvers<undefined>();
    let asked = 0;
    const address = await serve(t, {
      caller: () => Promise.resolve({ name: account, role: 'viewer', how: 'session', account }),
      evidence: () => {
        asked += 1;
        return slow;
      },
    });
    const ask = () => fetch(`${address}/api/v1/evidence/${id}`);
    const readers = Array.from({ length: 16 }, ask);
    await waitFor(() => asked === 16);
    const refused = await ask();
    assert.equal(refused.status, 503);
    await refused.arrayBuffer();
    account = 'ann';
    const other = ask();
    await waitFor(() => asked === 17);
    answer(undefined);
    for (const reader of await Promise.all([...readers, other])) assert.equal(reader.status, 404);
  });

  test('is not held open for a reader that takes nothing', async (t) => {
    const file = join(temporaryFolder(t), 'large.wav');
    writeFileSync(file, Buffer.alloc(32 << 20));
    let ended: (error: unknown) => void = () => undefined;
    const over = new Promise((resolve) => {
      ended = resolve;
    });
    const server = createServer((request, response) => {
      answerEvidence(request, response, { item, file }, 100).then(ended, ended);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    const reader = connect((server.address() as AddressInfo).port, '127.0.0.1', () =>
      reader.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    );
    t.after(() => reader.destroy());
    assert.equal(((await over) as { code?: string }).code, 'ERR_STREAM_PREMATURE_CLOSE');
  });

  test('whose file is gone, or is now a link, is 404 without a path, and logged', async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'secret'), 'not evidence');
    symlinkSync(join(folder, 'secret'), join(folder, 'link.wav'));
    for (const name of ['gone.wav', 'link.wav']) {
      const log = new RecordingLog();
      const address = await serve(t, { log, evidence: () => Promise.resolve({ item, file: join(folder, name) }) });
      const response = await fetch(`${address}/api/v1/evidence/${id}`);
      assert.equal(response.status, 404);
      assert.doesNotMatch((await problemOf(response)).detail, /sentinel-test|wav/);
      assert.match(log.lines.join(), new RegExp(name));
    }
  });
});

describe('a request from elsewhere', () => {
  /** A request whose socket says that it comes from `remoteAddress`. */
  async function statusFor(
    remoteAddress: string | undefined,
    headers: Record<string, string> = {},
    over: Partial<ApiHost> = {},
  ): Promise<number> {
    const socket = new Socket();
    Object.defineProperty(socket, 'remoteAddress', { value: remoteAddress });
    const request = new IncomingMessage(socket);
    Object.assign(request, { method: 'GET', url: '/api/v1/health' });
    Object.assign(request.headers, { host: 'localhost:1880', ...headers });
    const response = new ServerResponse(request);
    await new Api(host(over)).handle(request, response);
    socket.destroy();
    return response.statusCode;
  }

  test('is refused without a login, whatever its headers say', async () => {
    for (const peer of ['192.168.1.20', '::ffff:192.168.1.20', 'fe80::1', '10.127.0.0', '::ffff:7f00:1', undefined]) {
      assert.equal(await statusFor(peer), 403, peer);
      assert.equal(await statusFor(peer, { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1' }), 403, peer);
      assert.equal(await statusFor(peer, { forwarded: 'for=127.0.0.1' }), 403, peer);
    }
  });

  test('is answered when it comes from this machine, or after a login', async () => {
    for (const peer of ['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1']) assert.equal(await statusFor(peer), 200);
    assert.equal(await statusFor('127.0.0.1', { host: '[::1]:1880' }), 200);
    const caller = callerBy({ authenticated: () => true });
    assert.equal(await statusFor('192.168.1.20', { host: 'nodered.lan' }, { caller }), 200);
  });

  test('is refused when a proxy on this machine, or a page under a foreign name, asks for somebody else', async () => {
    for (const headers of [
      { 'x-forwarded-for': '203.0.113.9' },
      { 'x-forwarded-for': '127.0.0.1' },
      { forwarded: 'for=127.0.0.1' },
      { via: '1.1 proxy' },
      { 'x-forwarded-proto': 'https' },
      { 'cf-connecting-ip': '203.0.113.9' },
      { 'true-client-ip': '203.0.113.9' },
      { 'x-client-ip': '203.0.113.9' },
      { 'fastly-client-ip': '203.0.113.9' },
      { host: 'evil.example' },
      { host: 'localhost.evil.example' },
      { host: '127.0.0.1.evil.example:1880' },
      { host: '' },
      // As nginx passes it on, set up for WebSockets and no more.
      { connection: 'upgrade' },
      // Over TLS the browser calls its own page one of the same origin; the proxy has changed the Host.
      { origin: 'https://cameras.example', 'sec-fetch-site': 'same-origin' },
      { origin: 'http://localhost@evil.example' },
      { origin: 'http://localhost.evil.example' },
      { origin: 'http://evil.example' },
      { origin: 'null' },
    ]) {
      assert.equal(await statusFor('127.0.0.1', headers), 403, JSON.stringify(headers));
    }
    assert.equal(await statusFor('127.0.0.1', { origin: 'http://127.0.0.1:1880' }), 200);
    assert.equal(await statusFor('127.0.0.1', { connection: 'Upgrade', upgrade: 'websocket' }), 200);
  });

  test('is refused as nginx passes it on where it is told nothing', async (t) => {
    const address = new URL(await serveApi(t, host({})));
    const ask = async (version: string): Promise<string> => {
      const socket = connect(Number(address.port), address.hostname);
      socket.end(`GET /api/v1/health HTTP/${version}\r\nHost: ${address.host}\r\nConnection: close\r\n\r\n`);
      const [first = ''] = (await text(socket)).split('\r\n');
      return first;
    };
    assert.match(await ask('1.0'), / 403 /);
    assert.match(await ask('1.1'), / 200 /);
  });
});

describe('faults', () => {
  test('tell the client their meaning and no more', async (t) => {
    const log = new RecordingLog();
    const fail = () => Promise.reject(new Error('ENOENT: /home/ann/.node-red/echosight/sentinel.db'));
    const named = () => Promise.reject(new SentinelError('ES_DATABASE', 'broken: /home/ann/sentinel.db'));
    const address = await serve(t, { log, health: fail, metrics: named });
    for (const [path, words] of [
      ['/api/v1/health', 'Something went wrong here.'],
      ['/metrics', 'The database could not do its work.'],
    ] as const) {
      const response = await fetch(address + path);
      assert.equal(response.status, 500);
      assert.equal((await problemOf(response)).detail, words);
    }
    assert.equal(log.lines.length, 2);
    assert.match(log.lines.join(), /ann/);
  });

  test('that come again and again are logged every 10 s, for each route', async (t) => {
    const log = new RecordingLog();
    const clock = new ManualClock();
    const fail = () => Promise.reject(new SentinelError('ES_DATABASE', 'the disk is full'));
    const address = await serve(t, { log, clock, health: fail, evidence: fail });
    const ask = async (path: string) => {
      assert.equal((await fetch(`${address}/api/v1/${path}`)).status, 500);
    };
    for (let n = 0; n < 20; n += 1) await ask('health');
    assert.equal(log.lines.length, 1);
    for (let n = 0; n < 20; n += 1) await ask(`evidence/${String(n).padStart(32, '0')}`);
    assert.equal(log.lines.length, 2);
    clock.advance(10_000);
    await ask('health');
    assert.equal(log.lines.length, 3);
  });

  test('a client that hangs up before or in the middle of the answer hurts nobody', async (t) => {
    const file = join(temporaryFolder(t), 'large.wav');
    writeFileSync(file, Buffer.alloc(32 << 20));
    const log = new RecordingLog();
    let open: (text: string) => void = () => undefined;
    const late = new Promise<string>((resolve) => {
      open = resolve;
    });
    const asked = Promise.withResolvers<undefined>();
    const sought = Promise.withResolvers<undefined>();
    const found = Promise.withResolvers<{ item: typeof item; file: string }>();
    const address = await serve(t, {
      log,
      evidence: () => {
        sought.resolve(undefined);
        return found.promise;
      },
      metrics: () => {
        asked.resolve(undefined);
        return late;
      },
    });
    const port = Number(new URL(address).port);
    const gone = connect(port, '127.0.0.1', () =>
      gone.write(`GET /api/v1/evidence/${id} HTTP/1.1\r\nHost: localhost\r\n\r\n`),
    );
    await sought.promise;
    gone.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    found.resolve({ item, file });
    const early = connect(port, '127.0.0.1', () => early.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'));
    await asked.promise;
    early.destroy();
    const middle = connect(port, '127.0.0.1', () =>
      middle.write(`GET /api/v1/evidence/${id} HTTP/1.1\r\nHost: localhost\r\n\r\n`),
    );
    await new Promise((resolve) => middle.once('data', resolve));
    middle.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    open('too late');

    const after = await fetch(`${address}/api/v1/health`);
    assert.equal(after.status, 200);
    assert.deepEqual(log.lines, []);
  });
});

/** A GET whose path goes out byte for byte. */
function rawGet(address: string, path: string): Promise<{ status: number | undefined; type: string | undefined }> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    httpRequest({ hostname, port, path, agent: false }, (response) => {
      response.resume();
      response.once('end', () => {
        resolve({ status: response.statusCode, type: response.headers['content-type'] });
      });
    })
      .once('error', reject)
      .end();
  });
}
