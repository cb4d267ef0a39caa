import assert from 'node:assert/strict';
import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { Socket, type AddressInfo } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { Api, type ApiHost } from '../../../src/api/api.ts';
import { CameraAnswers } from '../../../src/api/camera-answers.ts';
import type { Login } from '../../../src/api/login-caller.ts';
import type { Caller } from '../../../src/contracts/access.ts';
import { CameraList } from '../../../src/contracts/cameras.ts';
import { MicrophoneList } from '../../../src/contracts/listening.ts';
import { assertMatches } from '../../../src/contracts/guards.ts';
import { ManualClock } from '../manual-clock.ts';
import { apiHost, callerBy } from './api-host.ts';

const id = '0123456789abcdef0123456789abcdef';
const jpeg = Buffer.alloc(100_000, 7);
const list: CameraList = {
  cameras: [
    {
      ...{ site: 'home', siteName: 'Home', area: 'yard', source: 'gate', status: 'connected', detail: '', since: 1 },
      previews: [{ id, model: 'm', rate: 1, capturedAt: 5, detects: true }],
    },
  ],
};

async function serve(t: TestContext, over: Partial<ApiHost> = {}) {
  const state = { picture: { jpeg, tag: '5-1' } as ReturnType<ApiHost['preview']>, asked: 0, clock: new ManualClock() };
  const preview = (asked: string): typeof state.picture => {
    state.asked += 1;
    return asked === id ? state.picture : 'unknown';
  };
  const api = new Api(apiHost({ cameras: () => list, preview, clock: state.clock, ...over }));
  const server = createServer((request, response) => void api.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/api/v1`;
  const ask = (headers: Record<string, string> = {}, asked = id, method = 'GET') =>
    fetch(`${url}/previews/${asked}`, { headers, method });
  return { state, url, ask };
}

describe('what microphones hear', () => {
  const heard: MicrophoneList = {
    microphones: [
      {
        ...{ site: 'home', siteName: 'Home', area: 'yard', source: 'gate', status: 'connected', detail: '', since: 1 },
        listeners: [
          {
            ...{ model: 'm', works: true, capturedAt: 5, silentMs: 100, dbfs: -40, peak: 0.1, since: 1, unheard: 0 },
            classes: [{ label: 'gunshot', score: 0.1, highest: 0.2, threshold: 0.7 }],
            ...{ top: [{ label: 'Speech', score: 0.5 }], triggered: [], suppressed: [], levels: [] },
          },
        ],
      },
    ],
  };

  test('is listed, for no page of another origin and no other machine without a login', async (t) => {
    const { url } = await serve(t, { microphones: () => heard });
    const answer: unknown = await (await fetch(`${url}/microphones`)).json();
    assertMatches(MicrophoneList, answer, 'list of microphones');
    assert.deepEqual(answer, { ...heard, total: 1 });
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { 'x-forwarded-for': '192.0.2.1' }]) {
      assert.equal((await fetch(`${url}/microphones`, { headers })).status, 403);
    }
    assert.equal((await fetch(`${url}/microphones`, { method: 'POST' })).status, 405);
  });
});

describe('live pictures', () => {
  test('are listed with their cameras', async (t) => {
    const { url } = await serve(t);
    const answer: unknown = await (await fetch(`${url}/cameras`)).json();
    assertMatches(CameraList, answer, 'list of cameras');
    assert.deepEqual(answer, { ...list, total: 1 });
  });

  test('are a JPEG that nobody keeps, once each', async (t) => {
    const { ask } = await serve(t);
    const first = await ask();
    assert.equal(first.status, 200);
    assert.deepEqual(Buffer.from(await first.arrayBuffer()), jpeg);
    const wanted = { 'content-type': 'image/jpeg', 'cache-control': 'private, no-store', etag: '"5-1"' };
    for (const [name, value] of Object.entries(wanted)) assert.equal(first.headers.get(name), value);
    assert.equal(first.headers.get('cross-origin-resource-policy'), 'same-origin');
    const again = await ask({ 'if-none-match': '"5-1"' });
    assert.deepEqual([again.status, await again.text()], [304, '']);
    const head = await ask({}, id, 'HEAD');
    assert.deepEqual([head.status, head.headers.get('content-length')], [200, String(jpeg.length)]);
  });

  test('that are not there: 204 while none is made yet, 404 for what is no id', async (t) => {
    const { ask, state } = await serve(t);
    state.picture = undefined;
    assert.equal((await ask()).status, 204);
    const before = state.asked;
    for (const wrong of ['x', id.toUpperCase(), `${id}0`, '..%2f..%2fhealth', '']) {
      assert.equal((await ask({}, wrong)).status, 404, wrong);
    }
    assert.equal(state.asked, before, 'these come nowhere near the pictures');
    assert.equal((await ask({}, 'f'.repeat(32))).status, 404);
    assert.equal((await ask({}, id, 'POST')).status, 405);
  });

  test('are not for pages of another origin, nor for other machines without a login', async (t) => {
    const { ask, state, url } = await serve(t);
    const foreign = [{ 'sec-fetch-site': 'cross-site' }, { origin: 'http://evil.example' }];
    for (const headers of [...foreign, { 'x-forwarded-for': '192.0.2.1' }]) {
      assert.equal((await ask(headers)).status, 403);
      assert.equal((await fetch(`${url}/cameras`, { headers })).status, 403);
    }
    assert.equal(state.asked, 0, 'and no picture is made for them');
  });

  test('are refused to who asks too often, each by themselves', async (t) => {
    const user: Login['user'] = ({ headers }) => headers['x-test-user']?.toString();
    const { ask, state } = await serve(t, { caller: callerBy({ authenticated: () => true, user }) });
    const anna = { 'x-test-user': 'anna', 'if-none-match': '"5-1"' };
    const statuses: number[] = [];
    for (let n = 0; n < 65; n++) statuses.push((await ask(anna)).status);
    assert.deepEqual(new Set(statuses.slice(0, 60)), new Set([304]));
    assert.deepEqual(new Set(statuses.slice(60)), new Set([429]));
    assert.equal(state.asked, 60);
    assert.equal((await ask({ ...anna, 'x-test-user': 'ben' })).status, 304);
    state.clock.advance(100);
    const later = [await ask(anna), await ask(anna), await ask(anna), await ask(anna)];
    assert.deepEqual(
      later.map(({ status }) => status),
      [304, 304, 304, 429],
    );
  });

  test('are read by 64 at once; more are asked to come again', () => {
    const clock = new ManualClock();
    const answers = new CameraAnswers(apiHost({ preview: () => ({ jpeg, tag: 'a' }), clock }));
    /** A reader that takes nothing. */
    const read = (): ServerResponse => {
      clock.advance(1);
      const request = new IncomingMessage(new Socket());
      const response = new ServerResponse(request);
      const caller: Caller = { name: String(clock.monotonic()), role: 'viewer', how: 'session' };
      answers.handlers.readPreview({ request, response, caller, parts: { preview: id } });
      return response;
    };
    const slow = Array.from({ length: 64 }, read);
    assert.throws(read, { status: 503 });
    slow[0]?.emit('close');
    read();
    assert.throws(read, { status: 503 });
  });
});
