import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, test, type TestContext } from 'node:test';
import { WebSocket } from 'ws';
import { build, buildIsStale } from '../../scripts/build.ts';
import { startDashboardHost } from '../e2e/dashboard-host.ts';
import type { FlowNode, NodeRedHost } from '../hosts/node-red-host.ts';

const require = createRequire(import.meta.url);
const { hashSync } = require('bcryptjs') as { hashSync: (password: string, rounds: number) => string };

const login = `Basic ${Buffer.from('house:right').toString('base64')}`;
const TEST_LOGIN = `house:${hashSync('right', 4)}`;
const warning = /httpNodeAuth does not guard the connection of Dashboard/g;

async function start(t: TestContext, env: Record<string, string>): Promise<NodeRedHost> {
  if (buildIsStale()) await build();
  const data = mkdtempSync(join(tmpdir(), 'sentinel-test-'));
  const host = await startDashboardHost(data, { env });
  t.after(async () => {
    await host.stop();
    rmSync(data, { recursive: true, force: true });
  });
  return host;
}

/** Connects to Dashboard's socket.io by polling, as its own page begins. @returns everything that the server says */
async function overheard(host: NodeRedHost, headers: Record<string, string>): Promise<string> {
  const url = `${host.url}/dashboard/socket.io/?EIO=4&transport=polling`;
  const opened = await (await fetch(url, { headers })).text();
  const { sid } = JSON.parse(opened.slice(1)) as { sid: string };
  const session = `${url}&sid=${sid}`;
  await fetch(session, { method: 'POST', headers: { ...headers, 'content-type': 'text/plain' }, body: '40' });
  let heard = '';
  // The configuration of the pages follows the answer to the connection, if it comes at all.
  for (let polls = 0; polls < 3 && !/ui-config|"message"/.test(heard); polls++) {
    heard += await (await fetch(session, { headers, signal: AbortSignal.timeout(5000) })).text();
  }
  return heard;
}

describe("Dashboard's own connection when there is a login", { timeout: 300_000 }, () => {
  test('is open with httpNodeAuth alone, and that is said once', async (t) => {
    const host = await start(t, { TEST_LOGIN });
    assert.equal((await fetch(`${host.url}/dashboard/incidents`)).status, 401);
    const live = [`${host.url}/echosight/api/v1/cameras`, `${host.url}/echosight/api/v1/previews/${'0'.repeat(32)}`];
    for (const url of live) assert.equal((await fetch(url)).status, 401, url);
    const known = live.map(async (url) => (await fetch(url, { headers: { authorization: login } })).status);
    assert.deepEqual(await Promise.all(known), [200, 404]);
    assert.match(await overheard(host, {}), /ui-config/);
    assert.equal([...host.log.matchAll(warning)].length, 1);
  });

  test('is closed by the settings that we ship, and open to who has the login', async (t) => {
    const host = await start(t, { TEST_LOGIN, TEST_SECURED: '1' });
    const wrong = `Basic ${Buffer.from('house:wrong').toString('base64')}`;
    const foreign = { authorization: login, origin: 'http://evil.example' };
    for (const headers of [{}, { authorization: wrong }, { authorization: 'Bearer x' }, foreign]) {
      const heard = await overheard(host, headers);
      assert.match(heard, /^44.*unauthorised/, JSON.stringify(headers));
      assert.doesNotMatch(heard, /ui-config/);
    }
    for (const headers of [{ authorization: login }, { authorization: login, origin: host.url }]) {
      assert.match(await overheard(host, headers), /ui-config/);
    }
    assert.doesNotMatch(host.log, warning);
  });

  test('is closed to a WebSocket too', async (t) => {
    const host = await start(t, { TEST_LOGIN, TEST_SECURED: '1' });
    const socket = new WebSocket(`${host.url.replace('http', 'ws')}/dashboard/socket.io/?EIO=4&transport=websocket`);
    t.after(() => {
      socket.terminate();
    });
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    let heard = '';
    socket.on('error', reject);
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      if (text.startsWith('0')) socket.send('40');
      heard += text;
      if (/ui-config|unauthorised/.test(heard)) resolve(heard);
    });
    const said = await promise;
    assert.match(said, /unauthorised/);
    assert.doesNotMatch(said, /ui-config/);
  });

  test('needs nothing where there is no login', async (t) => {
    const host = await start(t, {});
    assert.match(await overheard(host, {}), /ui-config/);
    assert.doesNotMatch(host.log, warning);
  });
});

/** As from another machine: this one needs no account. */
const away = { 'x-forwarded-for': '203.0.113.5' };
const account = { name: 'ann', password: 'correct horse battery' };

/** Makes the first admin by the link of the log, and logs in. @returns the cookie */
async function accountOf(host: NodeRedHost): Promise<string> {
  const [, link] = /\/echosight\/login#link=([\w-]{43})/.exec(host.log) ?? [];
  const post = (path: string, body: object): Promise<Response> =>
    fetch(`${host.url}/echosight/api/v1/${path}`, {
      method: 'POST',
      headers: { ...away, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  assert.equal((await post('account/link', { link, ...account })).status, 200);
  const entered = await post('login', account);
  assert.equal(entered.status, 200);
  const [cookie = ''] = entered.headers.getSetCookie();
  return cookie.split(';', 1)[0] ?? '';
}

describe("Dashboard's own connection when there are accounts", { timeout: 300_000 }, () => {
  test('lets in whom the accounts know; an anonymous client gets nothing and changes nothing', async (t) => {
    const host = await start(t, { TEST_ACCOUNTS: '1' });
    assert.match(await overheard(host, {}), /ui-config/);
    assert.match(await overheard(host, away), /unauthorised/);
    const cookie = await accountOf(host);
    assert.match(await overheard(host, { ...away, cookie }), /ui-config/);
    const strangers = [{}, { cookie: 'echosight=guessed' }, { authorization: 'Bearer echosight_guessed' }];
    for (const headers of [...strangers, { cookie, origin: 'http://evil.example' }]) {
      const heard = await overheard(host, { ...away, ...headers });
      assert.match(heard, /^44.*unauthorised/, JSON.stringify(headers));
      assert.doesNotMatch(heard, /ui-config/);
    }
    // What its page shows comes by our API, which knows nobody either.
    for (const path of ['incidents', 'cameras', 'site/arming']) {
      assert.equal((await fetch(`${host.url}/echosight/api/v1/${path}`, { headers: away })).status, 401);
    }
    assert.doesNotMatch(host.log, warning);
  });

  test('is open without the guard, and that is said once', async (t) => {
    const host = await start(t, {});
    const said = /accounts do not guard the connection of Dashboard/g;
    await accountOf(host);
    assert.doesNotMatch(host.log, said);
    const flows = await (await fetch(`${host.url}/flows`)).text();
    for (let deploys = 0; deploys < 2; deploys++) await host.deploy(JSON.parse(flows) as FlowNode[]);
    for (let n = 0; n < 600 && !host.log.includes('accounts do not guard'); n++) await setTimeout(100);
    assert.equal([...host.log.matchAll(said)].length, 1);
  });
});

describe('security-settings.cjs', () => {
  const secured = require('../../settings/security-settings.cjs') as (
    login: unknown,
    dashboard?: object,
  ) => { httpNodeAuth: unknown; dashboard: Record<string, unknown> };

  test('keeps what else is set for Dashboard', () => {
    const settings = secured({ user: 'house', pass: TEST_LOGIN.slice(6) }, { maxHttpBufferSize: 5 });
    assert.deepEqual(Object.keys(settings.dashboard), ['maxHttpBufferSize', 'ioMiddleware']);
    assert.deepEqual(settings.httpNodeAuth, { user: 'house', pass: TEST_LOGIN.slice(6) });
  });

  test('refuses a login without a user, and a password that is no hash', () => {
    for (const wrong of [undefined, {}, { user: 'house' }, { user: 'house', pass: 'right' }, { pass: '$2b$08$x' }]) {
      assert.throws(() => secured(wrong), /hash of a password/);
    }
  });
});
